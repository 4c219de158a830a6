package dev.piecewise.kernel;

import java.util.Arrays;

/** The bytes of x86-64 instructions, as Intel's "Software Developer's Manual", volume 2, puts them together: prefixes, operands and what jumps skip. */
class Encoding {
    static final int MAP_0F = 1;
    static final int MAP_0F38 = 2;
    static final int MAP_0F3A = 3;
    static final int NO_PREFIX = 0;
    static final int PREFIX_66 = 1;
    static final int PREFIX_F3 = 2;
    static final int PREFIX_F2 = 3;
    static final int BITS_256 = 0x20;
    static final int BITS_512 = 0x40;
    static final int BROADCAST = 0x10;

    private byte[] code = new byte[4096];
    private int size;

    final byte[] bytes() {
        return Arrays.copyOf(code, size);
    }

    /** Where the next instruction begins. */
    final int here() {
        return size;
    }

    final void land(int jump) {
        int distance = size - jump;
        for (int i = 0; i < Integer.BYTES; i++) {
            code[jump - Integer.BYTES + i] = (byte) (distance >> (8 * i));
        }
    }

    final void vector(int map, int prefix, int opcode, int reg, int left, int rm) {
        evex(map, prefix, reg, left, rm, rm >> 4, BITS_512);
        bytes(opcode);
        registers(reg, rm);
    }

    final void vector(int map, int prefix, int opcode, int reg, int left, int base, int at, int length) {
        evex(map, prefix, reg, left, base, 0, length);
        bytes(opcode);
        memory(reg, base, at);
    }

    final void evex(int map, int prefix, int reg, int left, int rm, int high, int length) {
        bytes(
                0x62,
                (~reg >> 3 & 1) << 7 | (~high & 1) << 6 | (~rm >> 3 & 1) << 5 | (~reg >> 4 & 1) << 4 | map,
                (~left & 15) << 3 | 4 | prefix,
                length | (~left >> 4 & 1) << 3);
    }

    final void vex(int prefix, int left, int index, int base) {
        bytes(0xC4, 0x80 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | MAP_0F38, (~left & 15) << 3 | prefix);
    }

    final void tileMemory(int tile, int base, int at, int stride) {
        bytes(0x84 | tile << 3, (stride & 7) << 3 | (base & 7));
        number(at);
    }

    final void narrowAccess(int reg, int rm) {
        bytes(0x40 | reg >> 3 << 2 | rm >> 3);
    }

    final void wide(int reg, int rm) {
        bytes(0x48 | reg >> 3 << 2 | rm >> 3);
    }

    final void registers(int reg, int rm) {
        bytes(0xC0 | (reg & 7) << 3 | (rm & 7));
    }

    /** All registers but {@code rsp} and {@code r12}, which would need a byte more. */
    final void memory(int reg, int base, int at) {
        bytes(0x80 | (reg & 7) << 3 | (base & 7));
        number(at);
    }

    final void number(int value) {
        bytes(value, value >> 8, value >> 16, value >> 24);
    }

    final void bytes(int... values) {
        for (int value : values) {
            if (size == code.length) {
                code = Arrays.copyOf(code, 2 * size);
            }
            code[size++] = (byte) value;
        }
    }
}
