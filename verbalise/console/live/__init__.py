"""Live pictures: the newest of `video`, decoded, masked and sent to who may see it now."""
