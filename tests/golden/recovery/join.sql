CREATE TABLE `out` (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'json');
INSERT INTO `out` SELECT e.id, u.name FROM events AS e JOIN users AS u ON e.user_id = u.user_id AND e.amount > 20;
