-- Departures of New York's airports in 2013, replayed into a watched directory by replay.py.
-- Apache Flink takes this script too. Paths are relative to the directory in which the server was started.

SET 'pipeline.name' = 'flights';
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
  'connector' = 'filesystem',
  'path' = 'build/demo/events',
  'format' = 'json',
  'source.monitor-interval' = '1 s'
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
  'connector' = 'filesystem',
  'path' = 'build/demo/hourly_departures',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '5 s',
  'sink.rolling-policy.check-interval' = '1 s'
);

-- Carriers that left more than half an hour late on average, looking every 15 minutes at the hour before.
CREATE TABLE delayed_carriers (
  window_end    TIMESTAMP(3),
  carrier       STRING,
  departures    BIGINT,
  average_delay DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/demo/delayed_carriers',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '5 s',
  'sink.rolling-policy.check-interval' = '1 s'
);

-- Running totals: every departure changes one row.
CREATE TABLE carrier_totals (
  name          STRING,
  departures    BIGINT,
  cancelled     BIGINT,
  average_delay DOUBLE,
  miles         BIGINT
) WITH (
  'connector' = 'print',
  'print-identifier' = 'carrier_totals'
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
