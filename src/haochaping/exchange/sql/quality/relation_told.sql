-- told: which places and items the cases of the scope name together; few, however many cases there are.
SELECT platform_id, division_id, agency_id, item_id FROM sent_case GROUP BY platform_id, division_id, agency_id, item_id
