"""An index in Milvus, published by an alias."""
