package dev.piecewise.gateway;

import dev.piecewise.config.Version;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.metrics.Exposition;
import dev.piecewise.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/** What operators ask for: health, metrics, version, and a page for whoever opens the address in a browser. */
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

    void page(Exchange exchange) throws InterruptedException, ClientGoneException {
        String host = exchange.header("Host").orElse("127.0.0.1");
        String page = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Piecewise</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}pre{background:#8882;padding:1rem;overflow:auto}</style>
            <h1>Piecewise</h1>
            <p>An LLM server that gives every user a model of their own. %s</p>
            <pre>curl http://%s/v1/completions -H 'content-type: application/json' \\
              -d '{"model": "%s", "prompt": "Once upon a time", "max_tokens": 32}'</pre>
            <p><a href="/v1/models">models</a> · <a href="/v1/users">users</a> · <a href="/health">health</a> · <a href="/metrics">metrics</a> · <a href="/version">version</a></p>
            </html>
            """.formatted(escaped(state()), escaped(host), escaped(modelName()));
        exchange.with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .answer(200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    private String state() {
        try {
            return "It serves %s.".formatted(ready.get().model().name());
        } catch (ServingException notReady) {
            return "Right now: %s.".formatted(notReady.text());
        }
    }

    private String modelName() {
        try {
            return ready.get().model().name();
        } catch (ServingException notReady) {
            return "";
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
