// An outside judge of a log that is laid out in a folder as C2SP tlog-tiles: golang.org/x/mod/sumdb, as Debian packages
// it, makes every tile anew from the entries and compares the bytes, verifies the checkpoint, and checks the proofs.
//
//	tlog_oracle DIR LOG_VKEY [WITNESS_VKEY...]
//
// x/mod writes another path (with the height in it) and knows no cosignatures; both are adapted below. Its own tile
// reader skips the check of some tiles (CVE-2026-56865), so nothing here rests on that alone.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// folder is a log on disk, read as a client would read it.
type folder struct{ dir string }

func (f folder) Height() int                      { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte)  {}
func (f folder) read(path string) ([]byte, error) { return os.ReadFile(filepath.Join(f.dir, path)) }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = f.read(pathOf(tile)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func pathOf(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// stored holds every hash of the tree, made from the entries alone.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, errors.New("a hash beyond the tree was asked for")
		}
		out[i] = s[index]
	}
	return out, nil
}

// cosigner verifies cosignature/v1 lines for note.Open.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(text, blob []byte) bool {
	if len(blob) != 8+ed25519.SignatureSize {
		return false
	}
	var message bytes.Buffer
	fmt.Fprintf(&message, "cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(blob))
	message.Write(text)
	return ed25519.Verify(c.key, message.Bytes(), blob[8:])
}

func cosignerOf(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("witness key: not three parts")
	}
	id, err := hex.DecodeString(parts[1])
	if err != nil || len(id) != 4 {
		return nil, errors.New("witness key: bad id")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, errors.New("witness key: not an Ed25519 cosignature key")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(id), key[1:]}, nil
}

// openCheckpoint wants every given key to have signed, and origin, size and root in the form of tlog-checkpoint.
func openCheckpoint(message []byte, keys []note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(message, note.VerifierList(keys...))
	if err != nil {
		return tree, err
	}
	if len(opened.Sigs) != len(keys) {
		return tree, fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(keys))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("checkpoint is not of three lines")
	}
	if lines[0] != keys[0].Name() {
		return tree, errors.New("origin is not the name of the log's key")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, errors.New("bad size")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// entriesOf reads all bundles.
func entriesOf(log folder, size int64) (entries [][]byte, err error) {
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		path := pathOf(tlog.Tile{H: height, L: -1, N: n, W: int(width)})
		data, err := log.read(path)
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s: too short", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:end])
			data = data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s: too long", path)
		}
	}
	return entries, nil
}

func hashesOf(entries [][]byte) (stored, error) {
	var all stored
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, all)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// tilesOf lists the tiles of a tree as C2SP wants them (x/mod's NewTiles lists every partial width on the way).
func tilesOf(size int64) (tiles []tlog.Tile) {
	for level := 0; size>>(height*level) > 0; level++ {
		hashes := size >> (height * level)
		for n := int64(0); n<<height < hashes; n++ {
			width := hashes - n<<height
			if width > 1<<height {
				width = 1 << height
			}
			tiles = append(tiles, tlog.Tile{H: height, L: level, N: n, W: int(width)})
		}
	}
	return tiles
}

// checkFiles compares every tile with one made from the entries, and wants no file besides.
func checkFiles(log folder, tree tlog.Tree, hashes stored) error {
	want := map[string]bool{}
	for _, tile := range tilesOf(tree.N) {
		made, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		found, err := log.read(pathOf(tile))
		if err != nil {
			return err
		}
		if !bytes.Equal(made, found) {
			return fmt.Errorf("%s: other bytes than its entries give", pathOf(tile))
		}
		want[pathOf(tile)] = true
		if tile.L == 0 {
			want[pathOf(tlog.Tile{H: height, L: -1, N: tile.N, W: tile.W})] = true
		}
	}
	return filepath.Walk(filepath.Join(log.dir, "tile"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		if short, _ := filepath.Rel(log.dir, path); !want[short] {
			return fmt.Errorf("%s: no such tile in this tree", short)
		}
		return nil
	})
}

// checkClient plays a client that trusts the checkpoint only: one inclusion proof from each tile of leaves.
func checkClient(log folder, tree tlog.Tree, entries [][]byte) error {
	reader := tlog.TileHashReader(tree, log)
	for i := int64(0); i < tree.N; i += 256 {
		last := i + 255
		if last >= tree.N {
			last = tree.N - 1
		}
		for _, index := range []int64{i, (i + last) / 2, last} {
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	return nil
}

func hashLines(lines []string) (out []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		out = append(out, hash)
	}
	return out, nil
}

// cutHead splits what stands before a checkpoint into its first line behind `start`, and hashes.
func cutHead(file, start string) (number int64, hashes []tlog.Hash, rest string, err error) {
	head, rest, found := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || !strings.HasPrefix(lines[0], start) {
		return 0, nil, "", fmt.Errorf("does not begin with %q", start)
	}
	if number, err = strconv.ParseInt(strings.TrimPrefix(lines[0], start), 10, 64); err != nil {
		return 0, nil, "", err
	}
	hashes, err = hashLines(lines[1:])
	return number, hashes, rest, err
}

// checkProofs checks the proof files and witness requests that the log's own program made.
func checkProofs(log folder, tree tlog.Tree, keys []note.Verifier, hashes stored) (count int, err error) {
	proofs, _ := filepath.Glob(filepath.Join(log.dir, "proofs", "*.tlog-proof"))
	requests, _ := filepath.Glob(filepath.Join(log.dir, "consistency", "*"))
	for _, path := range append(proofs, requests...) {
		file, err := os.ReadFile(path)
		if err != nil {
			return count, err
		}
		inclusion := strings.HasSuffix(path, ".tlog-proof")
		start := "old "
		if inclusion {
			start = "c2sp.org/tlog-proof@v1\nindex "
			file = []byte(strings.Replace(string(file), "tlog-proof@v1\nindex", "tlog-proof@v1 index", 1))
			start = strings.Replace(start, "\n", " ", 1)
		}
		number, proof, rest, err := cutHead(string(file), start)
		if err != nil {
			return count, fmt.Errorf("%s: %w", path, err)
		}
		told, err := openCheckpoint([]byte(rest), keys)
		if err != nil || told != tree {
			return count, fmt.Errorf("%s: another checkpoint (%v)", path, err)
		}
		if inclusion {
			entry, readErr := os.ReadFile(strings.TrimSuffix(path, ".tlog-proof") + ".entry")
			if readErr != nil {
				return count, readErr
			}
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, number, tlog.RecordHash(entry))
		} else {
			old, hashErr := tlog.TreeHash(number, hashes)
			if hashErr != nil {
				return count, hashErr
			}
			err = tlog.CheckTree(proof, tree.N, tree.Hash, number, old)
		}
		if err != nil {
			return count, fmt.Errorf("%s: %w", path, err)
		}
		count++
	}
	return count, nil
}

func check(dir string, vkeys []string) error {
	logKey, err := note.NewVerifier(vkeys[0])
	if err != nil {
		return err
	}
	keys := []note.Verifier{logKey}
	for _, vkey := range vkeys[1:] {
		key, err := cosignerOf(vkey)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	log := folder{dir}
	message, err := log.read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(message, keys)
	if err != nil {
		return err
	}
	if tree.N == 0 {
		return errors.New("an empty log has nothing to check") // and x/mod 0.7.0 has another root for it
	}
	entries, err := entriesOf(log, tree.N)
	if err != nil {
		return err
	}
	hashes, err := hashesOf(entries)
	if err != nil {
		return err
	}
	if root, err := tlog.TreeHash(tree.N, hashes); err != nil || root != tree.Hash {
		return fmt.Errorf("the entries have another root than the checkpoint (%v)", err)
	}
	if err := checkFiles(log, tree, hashes); err != nil {
		return err
	}
	if err := checkClient(log, tree, entries); err != nil {
		return err
	}
	count, err := checkProofs(log, tree, keys, hashes)
	if err != nil {
		return err
	}
	fmt.Printf("good: %d entries, %d keys, %d proofs, root %v\n", tree.N, len(keys), count, tree.Hash)
	return nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: tlog_oracle DIR LOG_VKEY [WITNESS_VKEY...]")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2:]); err != nil {
		fmt.Println("bad:", err)
		os.Exit(1)
	}
}
