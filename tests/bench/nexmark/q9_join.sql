-- The join of q9 alone: every bid with its auction, while that was open.
CREATE TABLE q9_join (
  id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3),
  expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING,
  auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3), bid_extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO q9_join
SELECT A.id, A.itemName, A.description, A.initialBid, A.reserve, A.`dateTime`, A.expires, A.seller, A.category, A.extra,
  B.auction, B.bidder, B.price, B.`dateTime`, B.extra
FROM auction AS A, bid AS B
WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires;
