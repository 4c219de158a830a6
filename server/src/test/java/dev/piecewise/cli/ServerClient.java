package dev.piecewise.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Stream;

/** Asks a server at this address. */
record ServerClient(String url) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A status with a body. */
    record Answer(int status, String text, HttpResponse<?> response) {
        JsonNode json() throws IOException {
            return JSON.readTree(text);
        }

        /** What answered: the extension object of every completion. */
        JsonNode servedBy() throws IOException {
            return json().path("piecewise");
        }

        String errorCode() throws IOException {
            return json().at("/error/code").asText();
        }
    }

    Answer send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body(), response);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    /** A greedy completion of 24 tokens for this user; {@code more} are further fields, each with a comma before it. */
    Answer complete(String user, String more) throws IOException, InterruptedException {
        return post("/v1/completions", """
                {"model":"tiny","user":"%s","prompt":"a question for all","max_tokens":24,"temperature":0,
                 "ignore_eos":true,"return_token_ids":true%s}""".formatted(user, more));
    }

    /** The lines of an answer as they come. */
    Stream<String> lines(String path, String body) throws IOException, InterruptedException {
        return HTTP.send(request("POST", path, body), HttpResponse.BodyHandlers.ofLines())
                .body();
    }

    private HttpRequest request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
