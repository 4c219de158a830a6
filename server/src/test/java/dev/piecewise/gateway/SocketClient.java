package dev.piecewise.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A WebSocket client that keeps what it hears until a test asks for it. */
final class SocketClient implements WebSocket.Listener, AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final CompletableFuture<String> pong = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();
    final WebSocket socket;

    SocketClient(TestGateway server, String query) {
        this(server, query, "");
    }

    /** With an API key, unless it is "". */
    SocketClient(TestGateway server, String query, String key) {
        this(server, query, builder -> {
            if (!key.isEmpty()) {
                builder.header("Authorization", "Bearer " + key);
            }
        });
    }

    SocketClient(TestGateway server, String query, Consumer<WebSocket.Builder> with) {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        with.accept(builder);
        socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + server.port + "/v1/responses" + query), this)
                .join();
    }

    SocketClient create(String fields) {
        return say("{\"type\":\"response.create\"," + fields + "}");
    }

    SocketClient say(String text) {
        socket.sendText(text, true).join();
        return this;
    }

    JsonNode next() throws InterruptedException {
        JsonNode event = events.poll(10, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing was said");
        }
        return event;
    }

    /** Events up to and with one of this type. */
    List<JsonNode> until(String type) throws InterruptedException {
        List<JsonNode> heard = new ArrayList<>();
        do {
            heard.add(next());
        } while (!heard.getLast().path("type").asText().equals(type));
        return heard;
    }

    int closeCode() throws Exception {
        return closed.get(10, TimeUnit.SECONDS);
    }

    boolean closed() {
        return closed.isDone();
    }

    String pong() throws Exception {
        return pong.get(10, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            events.add(TestGateway.json(part.toString()));
            part.setLength(0);
        }
        webSocket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        pong.complete(StandardCharsets.UTF_8.decode(message).toString());
        webSocket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.complete(1006);
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}
