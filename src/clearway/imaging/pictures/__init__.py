"""From an image volume to what people look at: the grid to image, the peak in words, pictures."""
