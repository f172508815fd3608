-- The pictures of cards are files like others: their state changes, and is told as it is now. And by which
-- other channel a message left.
CREATE OR REPLACE VIEW message_views AS
SELECT
    m.message_id, m.conversation_id, m.seq, m.direction, m.author, m.author_id,
    CASE m.content ->> 'kind'
        WHEN 'media' THEN m.content || jsonb_build_object('items', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'media_id', f.media_id, 'mime_type', f.mime_type, 'state', f.state,
                'file_name', f.file_name, 'size', f.size, 'reason', f.reason,
                'thumbnail', CASE WHEN f.thumbnail_width IS NOT NULL THEN jsonb_build_object(
                    'width', f.thumbnail_width, 'height', f.thumbnail_height
                ) END
            ) ORDER BY f.position), '[]')
            FROM media f WHERE f.message_id = m.message_id
        ))
        WHEN 'cards' THEN m.content || jsonb_build_object('cards', (
            SELECT jsonb_agg(c.card || jsonb_build_object('image',
                CASE WHEN f.media_id IS NOT NULL THEN jsonb_build_object(
                    'media_id', f.media_id, 'mime_type', f.mime_type, 'state', f.state,
                    'file_name', f.file_name, 'size', f.size, 'reason', f.reason,
                    'thumbnail', CASE WHEN f.thumbnail_width IS NOT NULL THEN jsonb_build_object(
                        'width', f.thumbnail_width, 'height', f.thumbnail_height
                    ) END
                ) END
            ) ORDER BY c.place)
            FROM jsonb_array_elements(m.content -> 'cards') WITH ORDINALITY AS c(card, place)
            LEFT JOIN media f
                ON f.message_id = m.message_id
                AND f.media_id = (c.card #>> '{image,media_id}')::uuid
        ))
        ELSE m.content
    END AS content,
    m.at, m.reply_to, m.details,
    CASE WHEN d.message_id IS NOT NULL THEN jsonb_build_object(
        'status', d.status, 'error_code', d.error_code, 'error_text', d.error_text,
        'attempts', d.attempts, 'resent_in_doubt', d.resent_in_doubt, 'updated_at', d.updated_at,
        'via', (SELECT e.channel FROM endpoints e WHERE e.endpoint_id = d.via_endpoint_id)
    ) END AS delivery
FROM messages m
LEFT JOIN deliveries d ON d.message_id = m.message_id;
