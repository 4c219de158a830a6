package dev.piecewise.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A collector on a real socket, which takes apart what it is sent as OTLP's protobuf writes spans. */
final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Span> spans = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private String authorization = "";

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    /** Times in nanoseconds since 1970; values of attributes as text. */
    record Span(
            String trace,
            String id,
            String parent,
            String name,
            long begun,
            long ended,
            Map<String, String> attributes,
            int status) {}

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized List<Span> spans() {
        return List.copyOf(spans);
    }

    synchronized String bytes() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized String authorization() {
        return authorization;
    }

    private synchronized void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        received.writeBytes(body);
        for (Field resource : fields(body)) {
            for (Field scope : fields(resource.bytes())) {
                if (scope.number() == 2) {
                    fields(scope.bytes()).stream()
                            .filter(field -> field.number() == 2)
                            .map(field -> span(field.bytes()))
                            .forEach(spans::add);
                }
            }
        }
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static Span span(byte[] message) {
        String[] ids = {"", "", ""};
        String name = "";
        long[] times = new long[2];
        Map<String, String> attributes = new TreeMap<>();
        int status = 0;
        for (Field field : fields(message)) {
            switch (field.number()) {
                case 1, 2 -> ids[field.number() - 1] = HexFormat.of().formatHex(field.bytes());
                case 4 -> ids[2] = HexFormat.of().formatHex(field.bytes());
                case 5 -> name = field.text();
                case 7, 8 -> times[field.number() - 7] = field.value();
                case 9 -> {
                    List<Field> pair = fields(field.bytes());
                    attributes.put(pair.get(0).text(), value(pair.get(1).bytes()));
                }
                case 15 ->
                    status = fields(field.bytes()).stream()
                            .filter(part -> part.number() == 3)
                            .mapToInt(part -> (int) part.value())
                            .sum();
                default -> {}
            }
        }
        return new Span(ids[0], ids[1], ids[2], name, times[0], times[1], attributes, status);
    }

    private static String value(byte[] any) {
        Field value = fields(any).getFirst();
        return switch (value.number()) {
            case 1 -> value.text();
            case 4 -> Double.toString(Double.longBitsToDouble(value.value()));
            case 5 ->
                fields(value.bytes()).stream().map(item -> value(item.bytes())).toList() + "";
            default -> Long.toString(value.value());
        };
    }

    /** A field of a message: bytes, or a number. */
    private record Field(int number, byte[] bytes, long value) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            byte[] bytes = new byte[0];
            long value = 0;
            switch (tag & 7) {
                case 0 -> value = varint(in);
                case 1 -> value = in.getLong();
                case 2 -> {
                    bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                }
                case 5 -> value = in.getInt();
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            }
            fields.add(new Field(tag >> 3, bytes, value));
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
