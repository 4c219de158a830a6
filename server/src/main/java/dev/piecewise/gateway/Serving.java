package dev.piecewise.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.store.Store;

/** What the gateway answers from, once it is loaded. The gateway closes none of it. */
public record Serving(ServedModel model, Engine engine, Personalizer personalizer, Store store) {}
