package dev.piecewise.loadtest.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Failure.Kind;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Tells what the JDK's client met in the report's words. */
final class HttpFailures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HttpFailures() {}

    /** Of an exception, after so many chunks had come. */
    static Failure of(Throwable problem, int chunks) {
        return switch (problem) {
            case ExecutionException e when e.getCause() != null -> of(e.getCause(), chunks);
            case CompletionException e when e.getCause() != null -> of(e.getCause(), chunks);
            case HttpConnectTimeoutException _ -> Failure.of(Kind.NOT_CONNECTED, "connecting took too long");
            case HttpTimeoutException _ -> Failure.of(Kind.TIMEOUT, "no answer in time");
            case ConnectException e -> Failure.of(Kind.NOT_CONNECTED, words(e, "the connection was refused"));
            case UnknownHostException e -> Failure.of(Kind.NOT_CONNECTED, words(e, "the host is not known"));
            case UnresolvedAddressException _ -> Failure.of(Kind.NOT_CONNECTED, "the host is not known");
            default ->
                chunks > 0
                        ? Failure.of(Kind.TRUNCATED, "after %d chunks: %s".formatted(chunks, words(problem, "")))
                        : Failure.of(Kind.CLOSED, words(problem, ""));
        };
    }

    /** Of an answer that is no stream: OpenAI's error object where the body is one. */
    static Failure of(int status, String body) {
        return Failure.http(status, message(body));
    }

    private static String message(String body) {
        try {
            JsonNode error = JSON.readTree(body);
            String message = error.path("error")
                    .path("message")
                    .asText(error.path("message").asText(""));
            return message.isEmpty() ? body : message;
        } catch (JsonProcessingException e) {
            return body;
        }
    }

    private static String words(Throwable problem, String otherwise) {
        String message = problem.getMessage();
        return message != null && !message.isBlank()
                ? message
                : otherwise.isEmpty() ? problem.getClass().getSimpleName() : otherwise;
    }
}
