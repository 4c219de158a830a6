/** The device: the forward pass in TorchScript, weights, KV arena, adapter bank. The only package that knows DJL's PyTorch engine. */
@NullMarked
package dev.piecewise.model;

import org.jspecify.annotations.NullMarked;
