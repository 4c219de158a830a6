package dev.piecewise.model;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import dev.piecewise.checkpoint.ModelConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a GPU's ragged flash-attention call does what is asked of it: keys that begin anywhere in the arena (cum_seq_k) and end where the sequence does (seqused_k). It is held
 * against attention of each sequence alone before a model uses it.
 */
final class FlashAttention {
    /** Of values of about 1 in bfloat16, whose steps there are 1/128. */
    private static final float TOLERANCE = 0.05f;

    private static final int MOST_HEAD_DIM = 256;
    private static final int HEAD_DIM_STEP = 8;
    private static final Logger LOG = LoggerFactory.getLogger(FlashAttention.class);

    private final TorchScript script;
    private final ModelConfig config;

    FlashAttention(TorchScript script, ModelConfig config) {
        this.script = script;
        this.config = config;
    }

    /** Whether the model's layers can attend by it. */
    boolean works(Precision precision) {
        boolean possible = script.manager().getDevice().isGpu()
                && precision == Precision.BFLOAT16
                && config.headDim() <= MOST_HEAD_DIM
                && config.headDim() % HEAD_DIM_STEP == 0;
        return possible && agrees(0) && agrees(3);
    }

    /** Whether the call gives what attention of each sequence gives, with a sliding window (0: none). */
    boolean agrees(int window) {
        try (PtNDArray like = (PtNDArray) script.manager().create(0f)) {
            float difference = script.call("flash_differs")
                    .tensor(like)
                    .number(config.heads())
                    .number(config.kvHeads())
                    .number(config.headDim())
                    .number(window)
                    .floats()[0];
            if (difference <= TOLERANCE) {
                return true;
            }
            LOG.warn("flash attention of ragged batches is off by {}; sequences attend one by one", difference);
        } catch (EngineException e) {
            LOG.warn("no flash attention of ragged batches; sequences attend one by one: {}", e.getMessage());
        }
        return false;
    }
}
