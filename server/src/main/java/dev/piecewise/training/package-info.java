/** Training in process: from examples to LoRA adapters, gates and base weights, with checkpoints that a killed run continues from. */
@NullMarked
package dev.piecewise.training;

import org.jspecify.annotations.NullMarked;
