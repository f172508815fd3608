"""Live chat, as its customers use it: sessions, chats, connections, and what they see of it all."""
