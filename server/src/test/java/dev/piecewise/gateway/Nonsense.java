package dev.piecewise.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What nobody sends who means well: values, names, bodies and zips, drawn by a seed. */
final class Nonsense {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** As they stand in JSON. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1.5",
            "1e400",
            "-9223372036854775809",
            "99999999999999999999999999",
            "2147483648",
            "\"\"",
            "[]",
            "{}",
            "[[[[[[]]]]]]",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\u202e\\ufeff\\u0007\"",
            "\"'; DROP TABLE users; --\"",
            "\"' OR '1'='1\"",
            "\"%s%n%x\"",
            "\"${jndi:ldap://127.0.0.1/a}\"",
            "\"../../../../etc/passwd\"",
            "\"a\\r\\nX-Injected: yes\"",
            "{\"$ref\":\"#\"}",
            "[null,null]",
            "[{\"a\":[{\"a\":[]}]}]");

    /** As they stand in a path or a query. */
    private static final List<String> NAMES = List.of(
            "ann",
            "b%C3%A9n",
            "%00",
            "%ff%fe",
            "%zz",
            "%",
            "..",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "..%5c..%5cwindows",
            "a%0d%0aX-Injected:%20yes",
            "'%20OR%20'1'='1",
            "%27;DROP%20TABLE%20users;--",
            "%01default%01ann",
            "%ed%a0%80",
            "%F0%9F%98%80",
            "a%2Fb",
            "-1",
            "99999999999999999999",
            "1e3",
            "x".repeat(300),
            "%41".repeat(900),
            "*",
            "a;b=c",
            "a&b",
            "a+b",
            ":user",
            "~");

    private static final List<String> HEADERS = List.of(
            "Content-Type: application/xml",
            "Content-Type: multipart/form-data; boundary=",
            "Content-Encoding: gzip",
            "Accept: application/openmetrics-text;q=x, */*;q=NaN",
            "Accept: " + "a/b,".repeat(200),
            "Accept-Encoding: gzip;q=1.0000001",
            "Authorization: Bearer ",
            "Authorization: Bearer ' OR 1=1 --",
            "Authorization: Basic !!!!",
            "X-Piecewise-User: a b c ' -- \u00e9",
            "X-Forwarded-For: 127.0.0.1\t",
            "Range: bytes=0-,5-1",
            "If-None-Match: *",
            "Cookie: " + "a=b;".repeat(500),
            "traceparent: 00-zzzz",
            "Expect: 100-continue",
            "Expect: 417-whatever",
            "Upgrade: h2c",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: x",
            "Host: evil",
            "Origin: http://evil",
            "X-Long: " + "y".repeat(9000),
            "X-Very-Long: " + "y".repeat(40_000),
            "Bad Name: x",
            ": x",
            "NoColon",
            "X-Nul: a\u0000b",
            " folded: x");

    private final Random random;
    private final List<byte[]> zips = List.of(
            new byte[0],
            new byte[] {'P', 'K', 3, 4},
            zip("adapter_config.json", new byte[20_000_000], 1),
            zip("../../adapter_config.json", "{}".getBytes(StandardCharsets.UTF_8), 1),
            zip("/etc/passwd", new byte[10], 1),
            zip("a", new byte[1], 300),
            zip("adapter_config.json", "{\"peft_type\":\"LORA\",\"r\":-1}".getBytes(StandardCharsets.UTF_8), 1),
            zip("adapter_model.safetensors", new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{'}, 1),
            zip("x".repeat(60_000), new byte[1], 1));

    Nonsense(Random random) {
        this.random = random;
    }

    String name() {
        return pick(NAMES);
    }

    String header() {
        return pick(HEADERS);
    }

    /** A body that was right once. */
    byte[] body(String right) {
        return switch (random.nextInt(8)) {
            case 0 -> cut(right.getBytes(StandardCharsets.UTF_8));
            case 1 -> scrambled(right.getBytes(StandardCharsets.UTF_8));
            case 2 -> right.getBytes(StandardCharsets.UTF_16);
            case 3 -> ("[".repeat(random.nextInt(1, 3000)) + right).getBytes(StandardCharsets.UTF_8);
            default -> changed(right).getBytes(StandardCharsets.UTF_8);
        };
    }

    byte[] zip() {
        byte[] zip = pick(zips);
        return random.nextBoolean() || zip.length == 0 ? zip : scrambled(zip);
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** With one or two values, wherever they stand, made others. */
    private String changed(String right) {
        try {
            JsonNode tree = JSON.readTree(right);
            for (int i = 0; i <= random.nextInt(2); i++) {
                List<JsonNode> inner = new ArrayList<>();
                collect(tree, inner);
                if (!inner.isEmpty()) {
                    change(pick(inner));
                }
            }
            // What JSON trees cannot hold, such as 1e400, comes in as it is written.
            return tree.toString().replaceAll("\"~(\\d+)~\"", "~$1~").transform(this::inserted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String inserted(String marked) {
        String text = marked;
        for (int at = 0; at < VALUES.size(); at++) {
            text = text.replace("~" + at + "~", VALUES.get(at));
        }
        return text;
    }

    private void change(JsonNode inner) {
        String mark = "~" + random.nextInt(VALUES.size()) + "~";
        switch (inner) {
            case ObjectNode object
            when !object.isEmpty() -> {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                if (random.nextInt(4) == 0) {
                    object.remove(pick(names));
                } else {
                    object.put(pick(names), mark);
                }
            }
            case ArrayNode array when !array.isEmpty() -> array.set(random.nextInt(array.size()), mark);
            default -> {}
        }
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        if (node.isContainerNode()) {
            into.add(node);
            node.forEach(child -> collect(child, into));
        }
    }

    private byte[] cut(byte[] right) {
        return java.util.Arrays.copyOf(right, random.nextInt(right.length + 1));
    }

    private byte[] scrambled(byte[] right) {
        byte[] bytes = right.clone();
        for (int i = 0; i < 3 && bytes.length > 0; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static byte[] zip(String name, byte[] content, int times) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < times; i++) {
                zip.putNextEntry(new ZipEntry(i == 0 ? name : name + i));
                zip.write(content);
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
