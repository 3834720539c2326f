-- Bids with their bidder and what the bidder sells: join of three.
CREATE TABLE q23 (
  auction BIGINT, bidder BIGINT, price BIGINT, name STRING, city STRING, state STRING,
  id BIGINT, itemName STRING, category BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO q23
SELECT B.auction, B.bidder, B.price, P.name, P.city, P.state, A.id, A.itemName, A.category
FROM bid AS B
JOIN person AS P ON P.id = B.bidder
JOIN auction AS A ON A.seller = B.bidder;
