package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import java.util.Collection;

/** The device as the engine sees it: runs steps over numbered KV places and bank columns, knows nothing of requests. Every method is called by the engine's thread only. */
public interface ModelRunner extends AutoCloseable {
    Limits limits();

    /** Runs one forward pass over all spans and samples where a span asks for it. A failure leaves the arena's other places as they were. */
    StepResult run(Batch batch);

    /** Copies the keys and values of {@code length} places to other places; the ranges do not overlap unless {@code to < from}. */
    void copyPlaces(int from, int to, int length);

    /** Copies an adapter into bank columns {@code firstColumn .. firstColumn + adapter.rank() - 1}, zeroes where a site has a lower rank or none. */
    void loadAdapter(BankImage adapter, int firstColumn);

    /** Zeroes {@code count} bank columns. */
    void clearColumns(int firstColumn, int count);

    /** There is nothing to run for now: gives back what only steps need. */
    default void rest() {}

    /** Zeroes the resident pool's pieces of these sharers, by their numbers in the pool's order. */
    void erasePieces(Collection<Integer> sharers);

    @Override
    void close();

    /**
     * @param vocabulary token ids are below it
     * @param kvPlaces places of the KV arena, one token each
     * @param maxLength longest sequence in tokens
     * @param bankColumns columns of the adapter bank, one for each rank of an adapter in a slot
     */
    record Limits(int vocabulary, int kvPlaces, int maxLength, int bankColumns) {}
}
