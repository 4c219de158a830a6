/** Hugging Face checkpoints on disk: safetensors files, config.json, the names and shapes of what is in them. */
@NullMarked
package dev.piecewise.checkpoint;

import org.jspecify.annotations.NullMarked;
