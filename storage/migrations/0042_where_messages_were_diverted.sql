-- By where a message left: the names of all messages to one customer are asked for before one is looked up.
CREATE INDEX deliveries_diverted ON deliveries (via_endpoint_id, via_address_id)
    WHERE via_endpoint_id IS NOT NULL;
