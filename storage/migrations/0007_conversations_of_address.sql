-- Looked up when the provider is asked what it took: all conversations with one customer, closed ones too.
CREATE INDEX conversations_of_address ON conversations (address_id);
