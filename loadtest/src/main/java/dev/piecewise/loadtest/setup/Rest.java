package dev.piecewise.loadtest.setup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.piecewise.loadtest.dialect.Http;
import dev.piecewise.loadtest.dialect.Target;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Plain requests to a server, outside what is measured. */
public final class Rest implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TRIES = 20;
    private static final long LONGEST_WAIT_SECONDS = 10;

    private final Target target;
    private final HttpClient http = Http.client();

    public Rest(Target target) {
        this.target = target;
    }

    /** What was answered; the body is missing where it is no JSON. */
    record Reply(int status, JsonNode body) {
        boolean isFine() {
            return status / 100 == 2;
        }

        /** What the server says went wrong. */
        String error() {
            String message = body.path("error").path("message").asText("");
            return message.isEmpty() ? "http " + status : "http %d: %s".formatted(status, message);
        }
    }

    Reply get(String path) throws InterruptedException {
        return send(Http.request(target, path).GET());
    }

    Reply post(String path, JsonNode body) throws InterruptedException {
        return send(Http.request(target, path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    Reply delete(String path) throws InterruptedException {
        return send(Http.request(target, path).DELETE());
    }

    /** A part of a path. */
    static String part(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Comes again for a while where the server is full. */
    private Reply send(HttpRequest.Builder builder) throws InterruptedException {
        HttpRequest request = builder.timeout(Duration.ofMinutes(15)).build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            for (int i = 1; response.statusCode() == 429 && i < TRIES; i++) {
                Thread.sleep(Duration.ofSeconds(retryAfter(response)));
                response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            }
            return new Reply(response.statusCode(), json(response.body()));
        } catch (IOException e) {
            throw new SetupException(
                    "%s does not answer (%s): is the server running? --url says where it is"
                            .formatted(target.base(), e.getClass().getSimpleName()),
                    e);
        }
    }

    private static long retryAfter(HttpResponse<String> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("1");
        return seconds.matches("\\d{1,4}") ? Math.clamp(Long.parseLong(seconds), 1, LONGEST_WAIT_SECONDS) : 1;
    }

    private static JsonNode json(String text) {
        try {
            JsonNode body = JSON.readTree(text);
            return body == null ? MissingNode.getInstance() : body;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
