-- What the terms of every division are made of: these tables only grow, so their sizes and newest rows tell versions apart.
SELECT current_database(), p.*, v.*, c.*
  FROM (SELECT count(*), max(id) FROM rulebook_profile) AS p,
       (SELECT count(*), max(id) FROM rulebook_rule_value) AS v,
       (SELECT count(*), max(id) FROM rulebook_profile_choice) AS c
