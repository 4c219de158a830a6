package dev.piecewise.gateway;

import dev.piecewise.gateway.http.HttpLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Requests to the operations of the contract, most of them wrong somewhere: in the method, the path, the query, a header or the body. */
final class RandomRequests {
    private static final String ITEMS =
            "{\"items\":[{\"id\":\"1\",\"at\":\"now\",\"prompt\":\"p\",\"completion\":\"c\"},{\"text\":\"t\"},\"s\"]}";
    private static final String SHARED =
            "\"user\":\"ann\",\"stream\":false,\"temperature\":0.5,\"top_p\":0.9,\"stop\":[\"z\"],\"seed\":7,\"logit_bias\":{\"5\":1},"
                    + "\"piecewise\":{\"mode\":\"auto\",\"merge\":\"product\",\"explain\":true}";

    /** Bodies that are right, by operation. */
    private static final Map<String, String> BODIES = Map.of(
            "POST /v1/completions",
            "{\"model\":\"tiny\",\"prompt\":[\"a\",\"b\"],\"max_tokens\":3,\"n\":1,\"logprobs\":1,\"echo\":true,"
                    + SHARED + "}",
            "POST /v1/chat/completions",
            "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"b\"}]}],"
                    + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}}}}}],"
                    + "\"response_format\":{\"type\":\"text\"},\"max_completion_tokens\":4," + SHARED + "}",
            "POST /v1/responses",
            "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"a\"}]}],\"instructions\":\"b\",\"max_output_tokens\":4,"
                    + "\"metadata\":{\"a\":\"b\"},\"text\":{\"format\":{\"type\":\"text\"}}," + SHARED + "}",
            "POST /v1/users/{user}/history",
            ITEMS,
            "POST /v1/admin/keys",
            "{\"tenant\":\"t\",\"name\":\"n\",\"roles\":[\"users\"],\"limits\":{\"concurrency\":1}}");

    private static final List<String> QUERIES =
            List.of("limit", "offset", "after", "wait", "user", "overlap_seconds", "x");

    private final Random random;
    private final Nonsense nonsense;

    RandomRequests(Random random) {
        this.random = random;
        nonsense = new Nonsense(random);
    }

    /** What is sent; {@code alone}: on a connection that nothing else is sent on. */
    record Request(String method, String target, byte[] bytes, byte[] body, boolean alone) {
        /** The body as JSON is read: what begins with a byte order mark is UTF-16. */
        String text() {
            boolean wide = body.length > 1 && body[0] == (byte) 0xFE;
            return new String(body, wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]+", "~");
            return text.substring(0, Math.min(1500, text.length()));
        }
    }

    /** One to this operation, or nearly. */
    Request next(String operation) {
        String[] parts = operation.split(" ", 2);
        boolean wrongMethod = random.nextInt(40) == 0;
        String method =
                wrongMethod ? nonsense.pick(List.of("PATCH", "HEAD", "OPTIONS", "DELETE", "GET", "TRACE")) : parts[0];
        String target = target(parts[1]) + query();
        byte[] body = body(operation);
        List<String> headers = new ArrayList<>();
        boolean large = body.length >= HttpLimits.DEFAULT.bodyBytes();
        for (int i = large || random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(2); i > 0; i--) {
            headers.add(nonsense.header());
        }
        boolean chunked = random.nextInt(10) == 0;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(
                (method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n").getBytes(StandardCharsets.ISO_8859_1));
        headers.forEach(header -> bytes.writeBytes((header + "\r\n").getBytes(StandardCharsets.UTF_8)));
        if (chunked) {
            bytes.writeBytes("Transfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            if (body.length > 0) {
                bytes.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                bytes.writeBytes(body);
                bytes.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            bytes.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        } else {
            bytes.writeBytes(("Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(body);
        }
        return new Request(method, target, bytes.toByteArray(), body, large || !headers.isEmpty());
    }

    /** Names in the path become users that there are, and what is no name. */
    private String target(String pattern) {
        StringBuilder target = new StringBuilder();
        for (String part : pattern.substring(1).split("/", -1)) {
            boolean odd = random.nextInt(60) == 0;
            target.append('/')
                    .append(part.startsWith("{") || odd ? (random.nextInt(3) > 0 ? "ann" : nonsense.name()) : part);
        }
        return target.toString();
    }

    private String query() {
        return random.nextInt(4) > 0
                ? ""
                : "?" + nonsense.pick(QUERIES) + "=" + (random.nextBoolean() ? "1" : nonsense.name());
    }

    private byte[] body(String operation) {
        if (operation.equals("PUT /v1/users/{user}/adapter")) {
            return nonsense.zip();
        }
        String right = BODIES.get(operation);
        if (right == null) {
            return random.nextInt(10) == 0 ? nonsense.body(ITEMS) : new byte[0];
        }
        if (random.nextInt(400) == 0) {
            return new byte[HttpLimits.DEFAULT.bodyBytes() + 1];
        }
        return random.nextInt(3) == 0 ? right.getBytes(StandardCharsets.UTF_8) : nonsense.body(right);
    }
}
