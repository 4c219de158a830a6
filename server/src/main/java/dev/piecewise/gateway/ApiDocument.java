package dev.piecewise.gateway;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** {@code /openapi.yaml}: what the routes take and answer. */
final class ApiDocument {
    private static final String FILE = "openapi.yaml";

    private final byte[] yaml = read();

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, "application/yaml", yaml);
    }

    private static byte[] read() {
        try (InputStream file = Objects.requireNonNull(ApiDocument.class.getResourceAsStream(FILE), FILE)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
