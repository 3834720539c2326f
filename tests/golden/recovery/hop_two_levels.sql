CREATE TABLE `out` (w TIMESTAMP(3), users BIGINT, most BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'json');
INSERT INTO `out` SELECT window_start, COUNT(*), MAX(n) FROM (
    SELECT window_start, window_end, user_id, COUNT(*) FILTER (WHERE kind = 'buy') AS n
    FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY window_start, window_end, user_id)
  GROUP BY window_start, window_end;
