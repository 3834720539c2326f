-- Average closing price of each category: join with a range, then two levels of updating aggregates.
CREATE TABLE q4 (category BIGINT, avg_price BIGINT) WITH ('connector' = 'blackhole');

INSERT INTO q4
SELECT closing.category, AVG(closing.price)
FROM (
  SELECT A.id, A.category, MAX(B.price) AS price
  FROM auction AS A, bid AS B
  WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires
  GROUP BY A.id, A.category
) AS closing
GROUP BY closing.category;
