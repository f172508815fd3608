-- How large the small picture beside a file is.
ALTER TABLE media
    ADD COLUMN thumbnail_width smallint CHECK (thumbnail_width > 0),
    ADD COLUMN thumbnail_height smallint CHECK (thumbnail_height > 0),
    ADD CONSTRAINT thumbnail_has_two_sides CHECK ((thumbnail_width IS NULL) = (thumbnail_height IS NULL));
