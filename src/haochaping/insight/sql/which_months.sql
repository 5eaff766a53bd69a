-- The months of which there is a figure, a case that was taken up or completed, a service or a review.
SELECT date_trunc('month', day)::date FROM insight_fact
UNION
SELECT date_trunc('month', day)::date FROM insight_fact_delta
UNION
SELECT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date FROM cases_service_occurrence
UNION
SELECT date_trunc('month', coalesce(applied_at, accepted_at, received_at) AT TIME ZONE 'Asia/Shanghai')::date FROM cases_case
UNION
SELECT date_trunc('month', completed_at AT TIME ZONE 'Asia/Shanghai')::date FROM cases_case WHERE completed_at IS NOT NULL
UNION
SELECT date_trunc('month', assessed_at AT TIME ZONE 'Asia/Shanghai')::date FROM reviews_review
