<?php
/** What the plugin says, in the language of whoever reads: English, Indonesian, Korean. Plain words; no value of anybody. */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Words
{
    private const EN = 0;
    private const SENTENCES = [
        'title' => ['Customers\' data', 'Data pelanggan', '고객 정보'],
        'connected' => ['Connected to the vault.', 'Terhubung dengan brankas data.', '보관소에 연결되어 있습니다.'],
        'away' => ['The vault did not answer at %s. The shop works; what is to be sent waits.',
            'Brankas data tidak menjawab pada %s. Toko tetap berjalan; yang harus dikirim menunggu.',
            '%s에 보관소가 응답하지 않았습니다. 쇼핑몰은 정상이며, 보낼 내용은 대기 중입니다.'],
        'trouble' => ['Last trouble: %1$s, at %2$s.', 'Masalah terakhir: %1$s, pada %2$s.', '최근 문제: %1$s, %2$s.'],
        'tampering' => ['The vault\'s log does not hold: %s. Tell whoever audits the shop, and change nothing.',
            'Catatan brankas data tidak cocok: %s. Beri tahu auditor toko, dan jangan ubah apa pun.',
            '보관소 기록이 맞지 않습니다: %s. 감사 담당자에게 알리고 아무것도 바꾸지 마십시오.'],
        'folder.missing' => ['The folder of keys is not there. Run connect.sh on the vault\'s machine, and name the folder in wp-config.php: AMANAH_FOLDER.',
            'Folder kunci tidak ada. Jalankan connect.sh di mesin brankas data, lalu tulis foldernya di wp-config.php: AMANAH_FOLDER.',
            '키 폴더가 없습니다. 보관소 서버에서 connect.sh를 실행하고 wp-config.php에 AMANAH_FOLDER로 폴더를 적으십시오.'],
        'folder.web' => ['The folder of keys is inside the web root: anybody might fetch it. Move it beside.',
            'Folder kunci ada di dalam folder web: siapa pun bisa mengambilnya. Pindahkan ke luar.',
            '키 폴더가 웹 루트 안에 있어 누구나 가져갈 수 있습니다. 밖으로 옮기십시오.'],
        'folder.open' => ['The folder of keys is open to everybody on this machine. chmod 700.',
            'Folder kunci terbuka bagi semua orang di mesin ini. chmod 700.', '키 폴더가 이 서버의 모든 사용자에게 열려 있습니다. chmod 700.'],
        'folder.unwritable' => ['The web server cannot write the folder of keys, so the keys cannot renew themselves.',
            'Peladen web tidak bisa menulis folder kunci, sehingga kunci tidak bisa diperbarui.',
            '웹 서버가 키 폴더에 쓸 수 없어 키가 스스로 갱신되지 못합니다.'],
        'stage.observe' => ['Stage 1, observe: customers are copied to the vault, and who of the staff sees whom is noted. The shop works as before.',
            'Tahap 1, mengamati: pelanggan disalin ke brankas data, dan siapa dari staf melihat siapa dicatat. Toko berjalan seperti biasa.',
            '1단계, 관찰: 고객 정보를 보관소에 복사하고 직원이 누구를 보았는지 기록합니다. 쇼핑몰은 그대로입니다.'],
        'stage.shadow' => ['Stage 2, shadow: everything is written to both. Compare, then cut over.',
            'Tahap 2, bayangan: semuanya ditulis ke dua tempat. Bandingkan, lalu pindahkan.',
            '2단계, 병행: 양쪽에 모두 씁니다. 비교한 뒤 옮기십시오.'],
        'stage.vault' => ['Stage 3, vault: contact details are in the vault alone. The shop\'s tables hold tokens.',
            'Tahap 3, brankas: data kontak hanya ada di brankas data. Tabel toko hanya memuat penanda.',
            '3단계, 보관: 연락처는 보관소에만 있습니다. 쇼핑몰 테이블에는 토큰만 있습니다.'],
        'count.sent' => ['In the vault', 'Di brankas data', '보관소에 있음'],
        'count.moved' => ['In the vault alone', 'Hanya di brankas data', '보관소에만 있음'],
        'count.queue' => ['Waiting to be sent', 'Menunggu dikirim', '전송 대기'],
        'count.views' => ['Noted views waiting (bytes)', 'Catatan tampilan menunggu (bita)', '대기 중인 열람 기록(바이트)'],
        'count.receipts' => ['Receipts to be checked', 'Tanda terima yang akan diperiksa', '확인할 영수증'],
        'overflow' => ['The queue was full. Copy all customers again.', 'Antrean pernah penuh. Salin semua pelanggan sekali lagi.',
            '대기열이 가득 찼습니다. 전체 고객을 다시 복사하십시오.'],
        'views.lost' => ['Some views of staff could not be noted.', 'Sebagian tampilan staf tidak bisa dicatat.', '직원 열람 일부를 기록하지 못했습니다.'],
        'asked' => ['Erasure was asked for. On the vault\'s machine: %s', 'Penghapusan diminta. Di mesin brankas data: %s',
            '삭제 요청이 있습니다. 보관소 서버에서: %s'],
        'job' => ['%1$s: %2$s, %3$d of %4$d.', '%1$s: %2$s, %3$d dari %4$d.', '%1$s: %2$s, %4$d 중 %3$d.'],
        'state.running' => ['goes on by itself', 'berjalan sendiri', '자동으로 계속됨'],
        'state.done' => ['done', 'selesai', '완료'],
        'found.none' => ['Nothing was found.', 'Tidak ada yang ditemukan.', '발견된 것이 없습니다.'],
        'found.compare' => ['Records that differ: %d. Copy all customers again, then compare.',
            'Catatan yang berbeda: %d. Salin semua pelanggan sekali lagi, lalu bandingkan.',
            '서로 다른 항목: %d. 전체 고객을 다시 복사한 뒤 비교하십시오.'],
        'found.cut-over' => ['Changed while they were moved: %d. Cut over once more.', 'Berubah saat dipindahkan: %d. Pindahkan sekali lagi.',
            '옮기는 동안 바뀐 항목: %d. 다시 한 번 옮기십시오.'],
        'found.back' => ['Not restored: %d. Roll back once more.', 'Belum dikembalikan: %d. Kembalikan sekali lagi.',
            '되돌리지 못한 항목: %d. 다시 한 번 되돌리십시오.'],
        'found.scan' => ['Places where moved values still stand (table, column, row, or file): %d. Remove them there.',
            'Tempat yang masih memuat data yang sudah dipindahkan (tabel, kolom, baris, atau berkas): %d. Hapus di sana.',
            '옮긴 정보가 아직 남아 있는 곳(테이블, 열, 행 또는 파일): %d. 그곳에서 지우십시오.'],
        'job.running' => ['Another job is running.', 'Tugas lain sedang berjalan.', '다른 작업이 실행 중입니다.'],
        'job.stage' => ['Not in this stage.', 'Tidak pada tahap ini.', '이 단계에서는 할 수 없습니다.'],
        'job.compare' => ['Compare first: a comparison of today must find nothing.',
            'Bandingkan dulu: perbandingan hari ini harus tidak menemukan apa-apa.', '먼저 비교하십시오. 오늘의 비교에서 차이가 없어야 합니다.'],
        'job.back' => ['To roll back, the vault\'s operator first runs connect.sh --back.',
            'Untuk kembali, operator brankas data lebih dulu menjalankan connect.sh --back.',
            '되돌리려면 보관소 운영자가 먼저 connect.sh --back을 실행해야 합니다.'],
        'job.unknown' => ['No such job.', 'Tidak ada tugas itu.', '그런 작업은 없습니다.'],
        'do.backfill' => ['Copy all customers', 'Salin semua pelanggan', '전체 고객 복사'],
        'do.shadow' => ['Go on to stage 2', 'Lanjut ke tahap 2', '2단계로'],
        'do.observe' => ['Back to stage 1', 'Kembali ke tahap 1', '1단계로 돌아가기'],
        'do.compare' => ['Compare', 'Bandingkan', '비교'],
        'do.cut-over' => ['Cut over', 'Pindahkan', '옮기기'],
        'do.scan' => ['Look for what is left', 'Cari yang tersisa', '남은 정보 찾기'],
        'do.back' => ['Roll back', 'Kembalikan', '되돌리기'],
        'kept' => ['The contact details are in the vault.', 'Data kontak ada di brankas data.', '연락처는 보관소에 있습니다.'],
        'reason' => ['Reason (empty: to ship a fresh order)', 'Alasan (kosong: untuk mengirim pesanan baru)', '사유 (비우면: 새 주문 배송)'],
        'show' => ['Show', 'Tampilkan', '보기'],
        'shown' => ['This look was logged under your name.', 'Tampilan ini dicatat atas nama Anda.', '이 열람은 귀하의 이름으로 기록되었습니다.'],
        'refused' => ['The vault did not show it: %s', 'Brankas data tidak menampilkannya: %s', '보관소가 보여 주지 않았습니다: %s'],
        'denied' => ['You may not do that.', 'Anda tidak boleh melakukan itu.', '권한이 없습니다.'],
        'save.later' => ['Your address cannot be changed right now. Please try again in a few minutes.',
            'Alamat Anda belum bisa diubah sekarang. Silakan coba lagi beberapa menit lagi.',
            '지금은 주소를 바꿀 수 없습니다. 몇 분 뒤 다시 시도해 주십시오.'],
        'erase.asked' => ['Contact details in the vault are erased by its operator; the request was noted.',
            'Data kontak di brankas data dihapus oleh operatornya; permintaan telah dicatat.',
            '보관소의 연락처는 운영자가 삭제합니다. 요청이 기록되었습니다.'],
        'field.name' => ['Name', 'Nama', '이름'],
        'field.email' => ['E-mail', 'Surel', '이메일'],
        'field.phone' => ['Telephone', 'Telepon', '전화'],
        'field.recipient' => ['Recipient', 'Penerima', '받는 사람'],
        'field.address' => ['Address', 'Alamat', '주소'],
        'field.postcode' => ['Postcode', 'Kode pos', '우편번호'],
    ];

    public static function say(string $key, ...$with): string
    {
        $at = ['id' => 1, 'ko' => 2][substr(function_exists('get_user_locale') ? get_user_locale() : 'en', 0, 2)] ?? self::EN;
        $sentence = self::SENTENCES[$key][$at] ?? $key; // causes of the vault are said as they are
        return $with ? vsprintf($sentence, $with) : $sentence;
    }
}
