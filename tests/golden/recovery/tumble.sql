CREATE TABLE `out` (w TIMESTAMP(3), user_id BIGINT, n BIGINT, total DECIMAL(38, 2), kinds BIGINT, last_kind STRING)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'json');
INSERT INTO `out` SELECT window_start, user_id, COUNT(*), SUM(amount), COUNT(DISTINCT kind), MAX(kind)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY window_start, window_end, user_id;
