package dev.piecewise.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.PublishedPools;
import dev.piecewise.store.Store;

/**
 * What the gateway answers from, once it is loaded. The gateway closes none of it.
 *
 * @param reassembleAfter so many new items a user's plan is assembled again; 0 for never
 */
public record Serving(
        ServedModel model,
        Engine engine,
        Personalizer personalizer,
        Store store,
        PublishedPools pools,
        int reassembleAfter) {
    /** Without a pool that can be looked at. */
    public Serving(ServedModel model, Engine engine, Personalizer personalizer, Store store) {
        this(model, engine, personalizer, store, PublishedPools.NONE, 0);
    }
}
