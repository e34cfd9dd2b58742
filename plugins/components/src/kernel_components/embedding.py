"""The embedding that components have when the config names no other: the field's small convolutional network."""

HASH_EMBED_CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}
