-- What customers were told and asked. A question that never left was not asked.
CREATE VIEW consent_views AS
SELECT
    q.address_id,
    jsonb_build_object(
        'state', coalesce(q.answer, 'asked'), 'text_version', q.text_version, 'language', q.language,
        'asked_at', q.asked_at, 'conversation_id', q.conversation_id,
        'question_message_id', q.message_id, 'answered_at', q.answered_at,
        'answer_message_id', q.answer_message_id
    ) AS consent
FROM consent_questions q
LEFT JOIN deliveries d ON d.message_id = q.message_id
WHERE q.answer IS NOT NULL OR d.status NOT IN ('failed', 'withdrawn', 'expired');
