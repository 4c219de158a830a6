package dev.piecewise.gateway;

import dev.piecewise.config.Version;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.metrics.Exposition;
import dev.piecewise.metrics.Metrics;
import java.util.Map;
import java.util.function.Supplier;

/** What operators ask for: health, metrics and version. */
final class Operations {
    private final Metrics metrics;
    private final Supplier<Serving> ready;

    /** {@code ready} throws UNAVAILABLE with the reason while requests are not answered. */
    Operations(Metrics metrics, Supplier<Serving> ready) {
        this.metrics = metrics;
        this.ready = ready;
    }

    void live(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, Map.of("status", "live"));
    }

    void ready(Exchange exchange) throws InterruptedException, ClientGoneException {
        Serving serving = ready.get();
        exchange.answer(200, Map.of("status", "ready", "model", serving.model().name()));
    }

    void metrics(Exchange exchange) throws InterruptedException, ClientGoneException {
        Exposition exposition = metrics.scrape(exchange.header("Accept").orElse(null));
        exchange.answer(200, exposition.contentType(), exposition.body());
    }

    void version(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, Map.of("version", Version.current()));
    }
}
