"""Where an index is kept: a folder or Milvus, behind one protocol."""
