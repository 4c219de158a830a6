package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Pool;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every piece of a pool on the device: a user is a row of gains, so any number of users takes part without a slot, a copy or a merge. The update is the exact sum of gain * B A. */
sealed interface ResidentPool extends AutoCloseable permits PoolColumns, PoolPieces {
    /** In the layout that this machine's products read fastest. */
    static ResidentPool of(BaseModel base, Optional<Pool> resident) {
        return StepUpdates.fit(base) ? new PoolPieces(base, resident) : new PoolColumns(base, resident);
    }

    /** IllegalArgumentException if these gains are not for so many sharers. */
    static void check(Adaptation.Resident resident, int sharers) {
        if (sharers == 0) {
            throw new IllegalArgumentException("no pool is resident");
        }
        for (float[] gains : resident.gains().values()) {
            if (gains.length != sharers) {
                throw new IllegalArgumentException(
                        "gains for %d sharers, but %d are resident".formatted(gains.length, sharers));
            }
        }
    }

    int sharers();

    /** What the script multiplies with: per layer and group A, per layer and projection B; empty tensors where it has nothing to do. */
    IValue a();

    IValue b();

    /** What the device holds: per layer and group or projection A, per layer and projection B, where there is any. */
    List<PtNDArray> tensors();

    /** Those of these tensors that hold anything. */
    static List<PtNDArray> present(PtNDArray[] down, PtNDArray[] up) {
        return Stream.of(down, up)
                .flatMap(Arrays::stream)
                .filter(weights -> weights.size() > 0)
                .toList();
    }

    /** Zeroes the pieces of these sharers, by their numbers in the pool's order. Where it fails, theirs may be zero already, and all others are as they were. */
    void erase(Collection<Integer> gone);

    @Override
    void close();
}
