-- Queries of all shapes: joins, set operations, grouping, sub-queries, table functions.
SELECT 1;
SELECT DISTINCT o.id, o.amount * 1.19 AS gross, c.name FROM shop.orders AS o
  INNER JOIN customers c ON o.customer = c.id AND (c.tier = 'gold' OR NOT c.blocked)
  LEFT OUTER JOIN `default_catalog`.`db`.`regions` AS r USING (region, zone)
  WHERE o.amount BETWEEN 1 AND 100 AND o.note LIKE '%a!_b%' ESCAPE '!' AND o.kind IN ('x', 'y', NULL)
  ORDER BY gross DESC NULLS LAST, 1 LIMIT 10 OFFSET 5;
SELECT a, COUNT(*) AS n, SUM(DISTINCT b) FILTER (WHERE b > 0), AVG(-c + 2 * (d - e) / f % 7)
  FROM t GROUP BY a, ROLLUP (b, (c, d)), CUBE (e), GROUPING SETS ((), (a), (a, b)) HAVING COUNT(*) > 1;
WITH recent AS (SELECT * FROM events WHERE ts > CURRENT_TIMESTAMP - INTERVAL '1' HOUR),
     named (k, v) AS (VALUES (1, 'one'), ROW(2, 'two'))
  SELECT r.*, n.v FROM recent r, named n WHERE r.k = n.k
  UNION ALL (SELECT * FROM former ORDER BY ts LIMIT 3) EXCEPT TABLE hidden INTERSECT SELECT * FROM shown;
SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM t) WHERE rn <= 3;
SELECT window_start, window_end, site, SUM(v) FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
  GROUP BY window_start, window_end, site;
SELECT * FROM HOP(DATA => TABLE readings, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '5' MINUTE, SIZE => INTERVAL '1' HOUR);
SELECT * FROM TABLE(SESSION(TABLE readings PARTITION BY (site, kind), DESCRIPTOR(ts), INTERVAL '30' SECOND)) AS s;
SELECT * FROM TABLE(CUMULATE((SELECT * FROM readings), DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' DAY, INTERVAL '2' SECOND));
SELECT o.id, r.rate FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency;
SELECT id, word, pos FROM texts CROSS JOIN UNNEST(words) WITH ORDINALITY AS w (word, pos);
SELECT a, x FROM t LEFT JOIN LATERAL TABLE(split(a, ',')) AS s (x) ON TRUE;
SELECT a, (SELECT MAX(b) FROM u WHERE u.k = t.k) FROM t WHERE EXISTS (SELECT 1 FROM v WHERE v.k = t.k) AND a > ALL (SELECT c FROM w)
  AND (a, b) IN ((1, 2), (3, 4)) AND a NOT IN (SELECT b FROM x UNION SELECT c FROM y);
SELECT SUM(a) OVER w, AVG(a) OVER (w ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
  LAG(a, 1) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
  FROM t WINDOW w AS (PARTITION BY k ORDER BY ts);
SELECT /*+ BROADCAST(t), STATE_TTL('t' = '1d') */ * FROM t /*+ OPTIONS('scan.startup.mode' = 'earliest-offset') */ JOIN u ON t.a = u.a;
SELECT a FROM (t NATURAL JOIN u) FULL JOIN (v CROSS JOIN w) ON t.a = v.a OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY;
((SELECT 1) UNION ALL (SELECT 2)) ORDER BY 1;
SELECT * FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (1);
