-- Each bid with a value that is looked up in a table of 10,000 rows.
CREATE TABLE q13 (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), `value` STRING)
WITH ('connector' = 'blackhole');

CREATE TABLE side_input (key BIGINT, `value` STRING)
WITH ('connector' = 'filesystem', 'path' = '${DIRECTORY}/side_input.csv', 'format' = 'csv');
CREATE VIEW clocked AS SELECT auction, bidder, price, `dateTime`, PROCTIME() AS p_time FROM bid;

INSERT INTO q13
SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value`
FROM clocked AS B
JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON MOD(B.auction, 10000) = S.key;
