CREATE TABLE `out` (id BIGINT, kind STRING, cents BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'json');
INSERT INTO `out` SELECT id, UPPER(kind), CAST(amount * 100 AS BIGINT) FROM events WHERE MOD(id, 3) <> 0;
