package dev.piecewise.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** The secrets of keys: 256 random bits, which need no salt, behind a prefix by which people and scanners know them. Only their hashes are kept. */
final class Secrets {
    static final String PREFIX = "pw-";
    private static final int BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static String random() {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(BYTES));
    }

    static String randomId() {
        return "key_" + HexFormat.of().formatHex(bytes(ID_BYTES));
    }

    /** SHA-256 in hexadecimal digits. */
    static String hash(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
