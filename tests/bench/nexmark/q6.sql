-- Average of a seller's last ten closing prices: the winning bid of each auction, then OVER.
CREATE TABLE q6 (seller BIGINT, avg_price BIGINT) WITH ('connector' = 'blackhole');

INSERT INTO q6
SELECT winning.seller,
  AVG(winning.price) OVER (PARTITION BY winning.seller ORDER BY winning.`dateTime` ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
FROM (
  SELECT A.seller, B.price, B.`dateTime`,
    ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.`dateTime`) AS place
  FROM auction AS A, bid AS B
  WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires
) AS winning
WHERE winning.place <= 1;
