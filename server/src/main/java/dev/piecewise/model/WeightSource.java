package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/** Where a base model's tensors come from: a checkpoint, or random numbers of the same shapes. */
interface WeightSource {
    /** The tensor of this name and shape, in the model's precision and on its device; {@code owner} frees it. */
    PtNDArray tensor(PtNDManager owner, String name, long... shape);
}
