-- The job of flights.sql from Kafka to Kafka, exactly once. The topics exist before: departures (by replay.py),
-- hourly_departures, delayed_carriers, and carrier_totals, which is best compacted. Apache Flink takes this script too.

SET 'pipeline.name' = 'flights_kafka';
SET 'execution.checkpointing.interval' = '5 s';

CREATE TABLE departures (
  event_time  TIMESTAMP(3),   -- when the flight left; when it should have, if it was cancelled
  scheduled   TIMESTAMP(3),
  carrier     STRING,
  flight      INT,
  tailnum     STRING,
  origin      STRING,
  dest        STRING,
  dep_delay   INT,            -- minutes; NULL when cancelled
  cancelled   BOOLEAN,
  distance    INT,            -- miles
  seats       INT,
  temperature DOUBLE,         -- at the airport: degrees Fahrenheit, miles an hour, miles
  wind_speed  DOUBLE,
  visibility  DOUBLE,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' MINUTE
) WITH (
  'connector' = 'kafka',
  'topic' = 'departures',
  'properties.bootstrap.servers' = '127.0.0.1:9092',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE airlines (
  carrier STRING,
  name    STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/flights/data/airlines.csv',
  'format' = 'csv'
);

-- Departures and delays of every origin and hour.
CREATE TABLE hourly_departures (
  window_start  TIMESTAMP(3),
  origin        STRING,
  departures    BIGINT,
  cancelled     BIGINT,
  average_delay DOUBLE,
  longest_delay INT,
  late_share    DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'hourly_departures',
  'properties.bootstrap.servers' = '127.0.0.1:9092',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'flights-hourly-departures',
  'format' = 'json'
);

-- Carriers that left more than half an hour late on average, looking every 15 minutes at the hour before.
CREATE TABLE delayed_carriers (
  window_end    TIMESTAMP(3),
  carrier       STRING,
  departures    BIGINT,
  average_delay DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'delayed_carriers',
  'properties.bootstrap.servers' = '127.0.0.1:9092',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'flights-delayed-carriers',
  'format' = 'json'
);

-- Running totals: every departure changes one row, so the last message of a key is its row.
CREATE TABLE carrier_totals (
  name          STRING,
  departures    BIGINT,
  cancelled     BIGINT,
  average_delay DOUBLE,
  miles         BIGINT,
  PRIMARY KEY (name) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'carrier_totals',
  'properties.bootstrap.servers' = '127.0.0.1:9092',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'flights-carrier-totals',
  'key.format' = 'json',
  'value.format' = 'json'
);

EXECUTE STATEMENT SET
BEGIN

INSERT INTO hourly_departures
SELECT
  window_start,
  origin,
  COUNT(*),
  COUNT(*) FILTER (WHERE cancelled),
  ROUND(AVG(CAST(dep_delay AS DOUBLE)), 1),
  MAX(dep_delay),
  ROUND(SUM(CASE WHEN dep_delay >= 15 THEN 1.0E0 ELSE 0.0E0 END) / COUNT(*), 3)
FROM TABLE(TUMBLE(TABLE departures, DESCRIPTOR(event_time), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;

INSERT INTO delayed_carriers
SELECT
  window_end,
  carrier,
  COUNT(*),
  ROUND(AVG(CAST(dep_delay AS DOUBLE)), 1)
FROM TABLE(HOP(TABLE departures, DESCRIPTOR(event_time), INTERVAL '15' MINUTE, INTERVAL '1' HOUR))
WHERE dep_delay IS NOT NULL
GROUP BY window_start, window_end, carrier
HAVING COUNT(*) >= 5 AND AVG(CAST(dep_delay AS DOUBLE)) > 30;

INSERT INTO carrier_totals
SELECT
  a.name,
  t.departures,
  t.cancelled,
  ROUND(t.average_delay, 1),
  t.miles
FROM (
  SELECT
    carrier,
    COUNT(*) AS departures,
    COUNT(*) FILTER (WHERE cancelled) AS cancelled,
    AVG(CAST(dep_delay AS DOUBLE)) AS average_delay,
    SUM(CAST(distance AS BIGINT)) FILTER (WHERE NOT cancelled) AS miles
  FROM departures
  GROUP BY carrier
) AS t
JOIN airlines AS a ON t.carrier = a.carrier;

END;
