package dev.piecewise.kernel;

import java.io.ByteArrayOutputStream;

/**
 * Writes the few x86-64 and AVX-512 instructions that the kernels are made of, as Intel's "Software Developer's Manual", volume 2, encodes them. Registers are numbers: 0 to 15 for
 * {@code rax} to {@code r15}, 0 to 31 for {@code zmm}. Memory is what a register points at, so many bytes further on.
 */
final class Assembler {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;

    private static final int MAP_0F = 1;
    private static final int MAP_0F38 = 2;
    private static final int NO_PREFIX = 0;
    private static final int PREFIX_66 = 1;
    private static final int PREFIX_F3 = 2;
    private static final int PREFIX_F2 = 3;
    private static final int BITS_256 = 0x20;
    private static final int BITS_512 = 0x40;
    private static final int BROADCAST = 0x10;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    byte[] bytes() {
        return code.toByteArray();
    }

    /** Where the next instruction begins. */
    int here() {
        return code.size();
    }

    void load(int to, int base, int at) {
        wide(to, base);
        bytes(0x8B);
        memory(to, base, at);
    }

    void store(int base, int at, int from) {
        wide(from, base);
        bytes(0x89);
        memory(from, base, at);
    }

    void move(int to, int from) {
        wide(to, from);
        bytes(0x8B);
        registers(to, from);
    }

    void set(int to, int value) {
        wide(0, to);
        bytes(0xC7);
        registers(0, to);
        number(value);
    }

    void add(int to, int value) {
        wide(0, to);
        bytes(0x81);
        registers(0, to);
        number(value);
    }

    void subtract(int from, int value) {
        wide(0, from);
        bytes(0x81);
        registers(5, from);
        number(value);
    }

    void addRegister(int to, int from) {
        wide(to, from);
        bytes(0x03);
        registers(to, from);
    }

    void add(int to, int base, int at) {
        wide(to, base);
        bytes(0x03);
        memory(to, base, at);
    }

    void subtract(int from, int base, int at) {
        wide(from, base);
        bytes(0x2B);
        memory(from, base, at);
    }

    void multiply(int to, int base, int at) {
        wide(to, base);
        bytes(0x0F, 0xAF);
        memory(to, base, at);
    }

    void compare(int left, int base, int at) {
        wide(left, base);
        bytes(0x3B);
        memory(left, base, at);
    }

    /** Adds what the register holds to memory and gets what was there, in one step for all threads. */
    void exchangeAdd(int base, int at, int register) {
        bytes(0xF0);
        wide(register, base);
        bytes(0x0F, 0xC1);
        memory(register, base, at);
    }

    void prefetch(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0x18);
        memory(1, base, at);
    }

    /** How floats are rounded and whether denormal ones count, kept in memory. */
    void storeFloatControl(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0xAE);
        memory(3, base, at);
    }

    void loadFloatControl(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0xAE);
        memory(2, base, at);
    }

    void jump(int target) {
        bytes(0xE9);
        number(target - here() - Integer.BYTES);
    }

    /** After a subtraction or an addition. */
    void jumpIfNotZero(int target) {
        bytes(0x0F, 0x85);
        number(target - here() - Integer.BYTES);
    }

    /** After an addition; jumps to where {@link #land} is called with what this returns. */
    int jumpIfZero() {
        bytes(0x0F, 0x84);
        number(0);
        return here();
    }

    /** After a comparison of unsigned numbers; jumps to where {@link #land} is called with what this returns. */
    int jumpIfAtLeast() {
        bytes(0x0F, 0x83);
        number(0);
        return here();
    }

    void land(int jump) {
        byte[] all = bytes();
        int distance = all.length - jump;
        for (int i = 0; i < Integer.BYTES; i++) {
            all[jump - Integer.BYTES + i] = (byte) (distance >> (8 * i));
        }
        code.reset();
        code.writeBytes(all);
    }

    /** Returns to the caller. */
    void end() {
        bytes(0xC5, 0xF8, 0x77, 0xC3);
    }

    void loadVector(int to, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x10, to, 0, base, at, BITS_512);
    }

    void storeVector(int base, int at, int from) {
        vector(MAP_0F, NO_PREFIX, 0x11, from, 0, base, at, BITS_512);
    }

    /** Stores the lower half. */
    void storeHalf(int base, int at, int from) {
        vector(MAP_0F, NO_PREFIX, 0x11, from, 0, base, at, BITS_256);
    }

    /** 16 numbers of 32 bits from as many of 16 without sign. */
    void loadWidened(int to, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0x33, to, 0, base, at, BITS_512);
    }

    /** One number of 32 bits, 16 times. */
    void loadRepeated(int to, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0x18, to, 0, base, at, BITS_512);
    }

    void zero(int to) {
        vector(MAP_0F, PREFIX_66, 0xEF, to, to, to);
    }

    void and(int to, int left, int right) {
        vector(MAP_0F, PREFIX_66, 0xDB, to, left, right);
    }

    void shiftLeft(int to, int from, int bits) {
        vector(MAP_0F, PREFIX_66, 0x72, 6, to, from);
        bytes(bits);
    }

    void addFloats(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x58, to, left, right);
    }

    void addFloats(int to, int left, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x58, to, left, base, at, BITS_512);
    }

    /** {@code to += left * } one float of memory, rounded once. */
    void multiplyAddRepeated(int to, int left, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0xB8, to, left, base, at, BITS_512 | BROADCAST);
    }

    /** 16 floats to as many of bfloat16, in the lower half. */
    void narrow(int to, int from) {
        vector(MAP_0F38, PREFIX_F3, 0x72, to, 0, from);
    }

    /** How many rows and bytes tiles have, from 64 bytes of memory. */
    void configureTiles(int base, int at) {
        vex(NO_PREFIX, 0, 0, base);
        bytes(0x49);
        memory(0, base, at);
    }

    void releaseTiles() {
        vex(NO_PREFIX, 0, 0, 0);
        bytes(0x49, 0xC0);
    }

    void zeroTile(int tile) {
        vex(PREFIX_F2, 0, 0, 0);
        bytes(0x49, 0xC0 | tile << 3);
    }

    /** Rows that lie as far apart as the register {@code stride} says. */
    void loadTile(int tile, int base, int at, int stride) {
        vex(PREFIX_F2, 0, stride, base);
        bytes(0x4B);
        tileMemory(tile, base, at, stride);
    }

    void storeTile(int base, int at, int stride, int tile) {
        vex(PREFIX_F3, 0, stride, base);
        bytes(0x4B);
        tileMemory(tile, base, at, stride);
    }

    /** {@code sums += left right}: floats, pairs of bfloat16 and rows of pairs. */
    void multiplyAddTiles(int sums, int left, int right) {
        vex(PREFIX_F3, right, 0, 0);
        bytes(0x5C, 0xC0 | sums << 3 | left);
    }

    private void vector(int map, int prefix, int opcode, int reg, int left, int rm) {
        evex(map, prefix, reg, left, rm, rm >> 4, BITS_512);
        bytes(opcode);
        registers(reg, rm);
    }

    private void vector(int map, int prefix, int opcode, int reg, int left, int base, int at, int length) {
        evex(map, prefix, reg, left, base, 0, length);
        bytes(opcode);
        memory(reg, base, at);
    }

    private void evex(int map, int prefix, int reg, int left, int rm, int high, int length) {
        bytes(
                0x62,
                (~reg >> 3 & 1) << 7 | (~high & 1) << 6 | (~rm >> 3 & 1) << 5 | (~reg >> 4 & 1) << 4 | map,
                (~left & 15) << 3 | 4 | prefix,
                length | (~left >> 4 & 1) << 3);
    }

    private void vex(int prefix, int left, int index, int base) {
        bytes(0xC4, 0x80 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | MAP_0F38, (~left & 15) << 3 | prefix);
    }

    private void tileMemory(int tile, int base, int at, int stride) {
        bytes(0x84 | tile << 3, (stride & 7) << 3 | (base & 7));
        number(at);
    }

    private void wide(int reg, int rm) {
        bytes(0x48 | reg >> 3 << 2 | rm >> 3);
    }

    private void registers(int reg, int rm) {
        bytes(0xC0 | (reg & 7) << 3 | (rm & 7));
    }

    /** All registers but {@code rsp} and {@code r12}, which would need a byte more. */
    private void memory(int reg, int base, int at) {
        bytes(0x80 | (reg & 7) << 3 | (base & 7));
        number(at);
    }

    private void number(int value) {
        bytes(value, value >> 8, value >> 16, value >> 24);
    }

    private void bytes(int... values) {
        for (int value : values) {
            code.write(value);
        }
    }
}
