<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>Band</name>
    <message>
        <source>sure</source>
        <translation>確実</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>ほぼ確実</translation>
    </message>
    <message>
        <source>doubtful</source>
        <translation>要確認</translation>
    </message>
    <message>
        <source>no match</source>
        <translation>該当なし</translation>
    </message>
</context>
<context>
    <name>Candidate</name>
    <message>
        <source>very likely</source>
        <translation>最有力</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>有力</translation>
    </message>
    <message>
        <source>possible</source>
        <translation>可能性あり</translation>
    </message>
    <message>
        <source>unlikely</source>
        <translation>可能性低</translation>
    </message>
</context>
<context>
    <name>CandidatesPanel</name>
    <message>
        <source>Point at a segment, or press N for the next doubtful one.</source>
        <translation>領域にカーソルを合わせるか、N キーで次の要確認へ進んでください。</translation>
    </message>
    <message>
        <source>Choose with Alt+1 to Alt+5.</source>
        <translation>Alt+1～Alt+5 で選べます。</translation>
    </message>
    <message>
        <source>no reference</source>
        <translation>参照なし</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Canvas</source>
        <translation>キャンバス</translation>
    </message>
</context>
<context>
    <name>Color</name>
    <message>
        <source>Transparent</source>
        <translation>透明</translation>
    </message>
    <message>
        <source>no colour</source>
        <translation>色なし</translation>
    </message>
</context>
<context>
    <name>Command</name>
    <message>
        <source>&amp;File</source>
        <translation>ファイル(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>編集(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Colour</source>
        <translation>彩色(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>表示(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Open clip…</source>
        <translation>線画フォルダを開く(&amp;O)…</translation>
    </message>
    <message>
        <source>Open cu&amp;t file…</source>
        <translation>カットファイルを開く(&amp;T)…</translation>
    </message>
    <message>
        <source>Open the &amp;sample</source>
        <translation>サンプルを開く(&amp;S)</translation>
    </message>
    <message>
        <source>Add &amp;design sheets…</source>
        <translation>色指定を追加(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Locate drawings…</source>
        <translation>線画の場所を指定(&amp;L)…</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>名前を付けて保存(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>書き出し(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>終了(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>元に戻す(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>やり直す(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Erase</source>
        <translation>色を消す(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Fill the selected segment</source>
        <translation>選択した領域を塗る(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Previous colour</source>
        <translation>前の色(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Next colour</source>
        <translation>次の色(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Predict the clip</source>
        <translation>カット全体を予測(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>中止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Next doubtful segment</source>
        <translation>次の要確認へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Previous doubtful segment</source>
        <translation>前の要確認へ(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Accept segment and go on</source>
        <translation>領域を確定して次へ(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Frame done: accept what is left, go on</source>
        <translation>残りを確定して次のフレームへ(&amp;F)</translation>
    </message>
    <message>
        <source>Next &amp;candidate colour</source>
        <translation>次の候補色(&amp;C)</translation>
    </message>
    <message>
        <source>Apply e&amp;lsewhere…</source>
        <translation>ほかのフレームにも適用(&amp;L)…</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>予測モデル(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Previous frame</source>
        <translation>前のフレーム(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Next frame</source>
        <translation>次のフレーム(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>全体を表示(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>100%(&amp;1)</translation>
    </message>
    <message>
        <source>&amp;200 %</source>
        <translation>200%(&amp;2)</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>拡大(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>縮小(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Doubts on or off</source>
        <translation>要確認の表示を切り替え(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>キー一覧(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Shiage</source>
        <translation>Shiage について(&amp;A)</translation>
    </message>
</context>
<context>
    <name>Cut</name>
    <message>
        <source>None of the drawings of this cut is in {}: choose another folder.</source>
        <translation>{} には、このカットの線画が一枚もありません。別のフォルダを選択してください。</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Predicting</source>
        <translation>予測中</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>読み込み中</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>書き出し中</translation>
    </message>
    <message>
        <source>Open a clip first; design sheets belong to a clip.</source>
        <translation>色指定はカットごとに登録します。先に線画フォルダを開いてください。</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>検索中</translation>
    </message>
    <message>
        <source> If the drawings have moved, use File ▸ Locate drawings…</source>
        <translation>線画を移動した場合は「ファイル ▸ 線画の場所を指定…」で指定し直してください。</translation>
    </message>
    <message>
        <source>{name} has been redrawn since it was painted.</source>
        <translation>{name} は彩色したあとに線画が変更されています。</translation>
    </message>
    <message>
        <source>{name} has been redrawn since it was painted; {found} of {total} painted segments were found again.</source>
        <translation>{name} は彩色したあとに線画が変更されています。塗った {total} 領域のうち {found} 領域の色を引き継ぎました。</translation>
    </message>
    <message>
        <source>{name} is another drawing than the one that was painted. What was painted comes back with the former drawing.</source>
        <translation>{name} は彩色したときとは別の線画です。元の線画に戻すと色も戻ります。</translation>
    </message>
    <message>
        <source>Exported {frames} frames with {segments} segments to {folder}.</source>
        <translation>{frames} フレーム（{segments} 領域）を {folder} に書き出しました。</translation>
    </message>
    <message>
        <source> Without colour, and so transparent: {}.</source>
        <translation>色のない {} 領域は透明にしました。</translation>
    </message>
    <message>
        <source> {} frames could not be read.</source>
        <translation>{} フレームは読み込めませんでした。</translation>
    </message>
</context>
<context>
    <name>Edit</name>
    <message>
        <source>Accept segment</source>
        <translation>領域の確定</translation>
    </message>
    <message>
        <source>Accept frame</source>
        <translation>フレームの確定</translation>
    </message>
    <message>
        <source>Paint segment</source>
        <translation>領域の彩色</translation>
    </message>
    <message>
        <source>Erase segment</source>
        <translation>領域の色消し</translation>
    </message>
    <message>
        <source>Apply to {} frames</source>
        <translation>{} フレームへの適用</translation>
    </message>
</context>
<context>
    <name>ElsewhereDialog</name>
    <message>
        <source>Apply elsewhere</source>
        <translation>ほかのフレームにも適用</translation>
    </message>
    <message>
        <source>Frames in which the segment was found</source>
        <translation>同じ領域が見つかったフレーム</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>適用</translation>
    </message>
    <message>
        <source>is confirmed</source>
        <translation>この色で確定</translation>
    </message>
    <message>
        <source>This segment was found in {frames} other frames. {color} changes {changed} of them and confirms {confirmed}.</source>
        <translation>同じ領域がほかの {frames} フレームで見つかりました。{color} を適用すると、{changed} フレームで色が変わり、{confirmed} フレームは今の色で確定します。</translation>
    </message>
</context>
<context>
    <name>EngineWorker</name>
    <message>
        <source>Something went wrong inside Shiage: {}</source>
        <translation>Shiage の内部でエラーが起きました: {}</translation>
    </message>
</context>
<context>
    <name>Filter</name>
    <message>
        <source>All doubts</source>
        <translation>すべて</translation>
    </message>
    <message>
        <source>Doubtful</source>
        <translation>要確認</translation>
    </message>
    <message>
        <source>No match</source>
        <translation>該当なし</translation>
    </message>
    <message>
        <source>Tiny</source>
        <translation>微小領域</translation>
    </message>
    <message>
        <source>Colour in the bucket</source>
        <translation>バケツの色</translation>
    </message>
</context>
<context>
    <name>FrameStrip</name>
    <message>
        <source>Frames</source>
        <translation>フレーム</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Keys</source>
        <translation>キー一覧</translation>
    </message>
</context>
<context>
    <name>LineColorsDialog</name>
    <message>
        <source>Lines of “{}”</source>
        <translation>「{}」の線の色</translation>
    </message>
    <message>
        <source>Which of these colours are lines? They will not be used as paint.</source>
        <translation>線に使われている色を選んでください。選んだ色は塗り色として扱いません。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Review</source>
        <translation>確認</translation>
    </message>
    <message>
        <source>Why this colour?</source>
        <translation>候補と根拠</translation>
    </message>
    <message>
        <source>Palette</source>
        <translation>パレット</translation>
    </message>
    <message>
        <source>Design sheets</source>
        <translation>色指定</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>フレーム</translation>
    </message>
    <message>
        <source>Open a folder of line drawings</source>
        <translation>線画フォルダを開く</translation>
    </message>
    <message>
        <source>Open a cut file</source>
        <translation>カットファイルを開く</translation>
    </message>
    <message>
        <source>Cuts (*.cut)</source>
        <translation>カット (*.cut)</translation>
    </message>
    <message>
        <source>Where are the drawings of this cut now?</source>
        <translation>このカットの線画フォルダを選択</translation>
    </message>
    <message>
        <source>Save the cut as</source>
        <translation>カットに名前を付けて保存</translation>
    </message>
    <message>
        <source>“{}” exists already. Replace it?</source>
        <translation>「{}」はすでにあります。置き換えますか？</translation>
    </message>
    <message>
        <source>Export the coloured frames to this folder</source>
        <translation>彩色したフレームの書き出し先</translation>
    </message>
    <message>
        <source>{count} files in {folder} will be replaced. Go on?</source>
        <translation>{folder} の {count} ファイルを上書きします。よろしいですか？</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>An export is running; its last frames would be missing. Stop it?</source>
        <translation>書き出し中です。中止すると残りのフレームは書き出されません。中止しますか？</translation>
    </message>
    <message>
        <source> or </source>
        <translation> / </translation>
    </message>
    <message>
        <source>Colour 1 to 10 of the palette</source>
        <translation>パレットの 1～10 番目の色</translation>
    </message>
    <message>
        <source>Candidate 1 to 5, while a doubt is asked about</source>
        <translation>候補 1～5（要確認の領域を見ているとき）</translation>
    </message>
    <message>
        <source>Candidate 1 to 5 for the segment under the cursor</source>
        <translation>候補 1～5（カーソル位置の領域）</translation>
    </message>
    <message>
        <source>Take the colour under the cursor</source>
        <translation>カーソル位置の色を取る</translation>
    </message>
    <message>
        <source>Alt + click</source>
        <translation>Alt + クリック</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>画面の移動</translation>
    </message>
    <message>
        <source>Space or middle button</source>
        <translation>スペースキー / 中ボタン</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>拡大・縮小</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>ホイール</translation>
    </message>
    <message>
        <source>About Shiage</source>
        <translation>Shiage について</translation>
    </message>
    <message>
        <source>&lt;b&gt;Shiage 仕上げ&lt;/b&gt; {}&lt;br&gt;&lt;br&gt;A paint desk for hand-drawn animation cuts with a bucket that predicts.&lt;br&gt;Everything stays on this machine: nothing is uploaded, and there is no account.</source>
        <translation>&lt;b&gt;Shiage 仕上げ&lt;/b&gt; {}&lt;br&gt;&lt;br&gt;手描きアニメーションの仕上げツールです。バケツが塗る色を予測します。&lt;br&gt;データはすべてこのコンピュータの中にとどまります。アップロードはせず、アカウントも要りません。</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>最近のカットを開く(&amp;R)</translation>
    </message>
    <message>
        <source>No cut was open yet</source>
        <translation>まだありません</translation>
    </message>
    <message>
        <source>These drawings were last painted in “{}”: see File ▸ Open recent.</source>
        <translation>この線画は前回「{}」で彩色しています（ファイル ▸ 最近のカットを開く）。</translation>
    </message>
    <message>
        <source>&amp;Undo {}</source>
        <translation>元に戻す(&amp;U)：{}</translation>
    </message>
    <message>
        <source>&amp;Redo {}</source>
        <translation>やり直す(&amp;R)：{}</translation>
    </message>
    <message>
        <source>This segment was not found in any frame that is not settled yet.</source>
        <translation>この領域は、未確定のフレームには見つかりませんでした。</translation>
    </message>
</context>
<context>
    <name>ModelState</name>
    <message>
        <source>built in</source>
        <translation>内蔵</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>使用可</translation>
    </message>
    <message>
        <source>not imported</source>
        <translation>未読み込み</translation>
    </message>
    <message>
        <source>file missing</source>
        <translation>ファイルなし</translation>
    </message>
    <message>
        <source>lacks its DINOv2</source>
        <translation>DINOv2 が必要</translation>
    </message>
    <message>
        <source>damaged size</source>
        <translation>ファイル破損</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>説明</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>メモリ</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>予測モデル</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>計算デバイス</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>このモデルを使う</translation>
    </message>
    <message>
        <source>Import files…</source>
        <translation>ファイルから読み込み…</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>ダウンロード…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>フォルダを開く</translation>
    </message>
    <message>
        <source>on</source>
        <translation>計算デバイス</translation>
    </message>
    <message>
        <source>{state} (at work)</source>
        <translation>{state}（使用中）</translation>
    </message>
    <message>
        <source>{file}: {done} of {total}</source>
        <translation>{file}: {done} / {total}</translation>
    </message>
    <message>
        <source>{file} is imported as {name}.</source>
        <translation>{file} を {name} として読み込みました。</translation>
    </message>
    <message>
        <source>{} is at work.</source>
        <translation>{} を使用しています。</translation>
    </message>
    <message>
        <source>Loading {} …</source>
        <translation>{} を読み込んでいます…</translation>
    </message>
    <message>
        <source>Import weights</source>
        <translation>重みファイルの読み込み</translation>
    </message>
    <message>
        <source>Weights (*.pth *.pt *.safetensors);;All files (*)</source>
        <translation>重み (*.pth *.pt *.safetensors);;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>ダウンロード</translation>
    </message>
    <message>
        <source>Download the weights of {} from Hugging Face? This is the only time that Shiage uses the network.</source>
        <translation>{} の重みを Hugging Face からダウンロードしますか？ Shiage がネットワークを使うのはこのときだけです。</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Notices</source>
        <translation>お知らせ</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Dismiss notices</source>
        <translation>お知らせを閉じる</translation>
    </message>
    <message>
        <source>({} more before these)</source>
        <translation>（ほかに {} 件）</translation>
    </message>
</context>
<context>
    <name>Order</name>
    <message>
        <source>Frame by frame</source>
        <translation>フレーム順</translation>
    </message>
    <message>
        <source>Most worth first</source>
        <translation>効果の大きい順</translation>
    </message>
</context>
<context>
    <name>PalettePanel</name>
    <message>
        <source>Palette</source>
        <translation>パレット</translation>
    </message>
    <message>
        <source>Add colour…</source>
        <translation>色を追加…</translation>
    </message>
    <message>
        <source>Erase (no colour)</source>
        <translation>消去（色なし）</translation>
    </message>
    <message>
        <source>Add a colour to the palette</source>
        <translation>パレットに色を追加</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>There are no colours yet: add design sheets, or wait for them.</source>
        <translation>まだ色がありません。色指定を追加するか、読み込みが終わるまでお待ちください。</translation>
    </message>
    <message>
        <source>Nothing is doubtful so far; not all frames are predicted yet.</source>
        <translation>今のところ疑わしい領域はありません。まだすべてのフレームの予測が終わっていません。</translation>
    </message>
    <message>
        <source>Nothing is doubtful in this clip.</source>
        <translation>このカットに要確認の領域はありません。</translation>
    </message>
    <message>
        <source>Nothing is doubtful in this clip with the filter “{}”.</source>
        <translation>このカットに「{}」で絞り込める要確認の領域はありません。</translation>
    </message>
    <message>
        <source>{name} is not finished: {count} without colour.</source>
        <translation>{name} は未完成です。{count} 領域に色がありません。</translation>
    </message>
    <message>
        <source>Select a segment that has a colour first, with N or a click.</source>
        <translation>先に、色の付いた領域を N キーかクリックで選んでください。</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Order of the review</source>
        <translation>確認の順序</translation>
    </message>
    <message>
        <source>Filter of the review</source>
        <translation>確認の絞り込み</translation>
    </message>
    <message>
        <source>Doubtful segments</source>
        <translation>要確認の領域</translation>
    </message>
    <message>
        <source>Segments that the last step changed</source>
        <translation>直前の操作で変わった領域</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>順序</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>表示</translation>
    </message>
    <message>
        <source>{doubts:,} to look at in {frames} frames</source>
        <translation>要確認 {doubts:,}（{frames} フレーム）</translation>
    </message>
    <message>
        <source>Nothing to look at</source>
        <translation>要確認の領域はありません</translation>
    </message>
    <message>
        <source>No clip is open</source>
        <translation>カットを開いていません</translation>
    </message>
    <message>
        <source>The last step changed {segments:,} in {frames} frames</source>
        <translation>直前の操作で変化 {segments:,}（{frames} フレーム）</translation>
    </message>
</context>
<context>
    <name>SheetPicture</name>
    <message>
        <source>Click to take a colour into the bucket</source>
        <translation>クリックした色をバケツに取ります</translation>
    </message>
</context>
<context>
    <name>SheetsPanel</name>
    <message>
        <source>Design sheets</source>
        <translation>色指定</translation>
    </message>
    <message>
        <source>Drop design sheets here: coloured drawings,
line and colour files in pairs, or a folder.</source>
        <translation>色指定をここにドロップしてください。
彩色済みの画像、線画と彩色の組、
またはフォルダが使えます。</translation>
    </message>
    <message>
        <source>Add sheets…</source>
        <translation>追加…</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>フォルダを追加…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Add design sheets: coloured drawings, or a line and a colour file together</source>
        <translation>色指定を追加（彩色済みの画像、または線画と彩色の組）</translation>
    </message>
    <message>
        <source>Pictures (*.png *.tga *.tif *.tiff *.bmp)</source>
        <translation>画像 (*.png *.tga *.tif *.tiff *.bmp)</translation>
    </message>
    <message>
        <source>Add a folder of design sheets</source>
        <translation>色指定のフォルダを追加</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Drop a folder of line drawings here</source>
        <translation>線画のフォルダをここにドロップ</translation>
    </message>
    <message>
        <source>PNG, TGA, TIFF or BMP, numbered: A0001.tga, A_0001.png, 0000.png …</source>
        <translation>PNG・TGA・TIFF・BMP の連番（A0001.tga、A_0001.png、0000.png など）</translation>
    </message>
    <message>
        <source>Open clip…</source>
        <translation>線画フォルダを開く…</translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation>サンプルを開く</translation>
    </message>
    <message>
        <source>Recent cuts</source>
        <translation>最近のカット</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>予測モデル…</translation>
    </message>
    <message>
        <source>Drawings: {drawings}
Cut file: {file}</source>
        <translation>線画: {drawings}
カットファイル: {file}</translation>
    </message>
    <message>
        <source> {} other models can be used.</source>
        <translation>ほかに {} 個のモデルを使えます。</translation>
    </message>
    <message>
        <source> 1 other model can be used.</source>
        <translation>ほかに 1 個のモデルを使えます。</translation>
    </message>
    <message>
        <source>Colours are predicted by “{}”.</source>
        <translation>「{}」で色を予測します。</translation>
    </message>
    <message>
        <source>Colours are predicted by “{name}”, {state}.</source>
        <translation>「{name}」（{state}）で色を予測します。</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Cancel</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>{job} {done} of {total}</source>
        <translation>{job} {done} / {total}</translation>
    </message>
    <message>
        <source>, {rate:.1f} frames/s, {left:.0f} s left</source>
        <translation>（毎秒 {rate:.1f} フレーム、残り {left:.0f} 秒）</translation>
    </message>
    <message>
        <source>{} (read-only)</source>
        <translation>{}（読み取り専用）</translation>
    </message>
    <message>
        <source>Saved in {}</source>
        <translation>保存先: {}</translation>
    </message>
    <message>
        <source>Model {name}, {device}</source>
        <translation>予測モデル: {name}（{device}）</translation>
    </message>
    <message>
        <source>{doubts} doubtful in {frames} frames</source>
        <translation>要確認 {doubts}（{frames} フレーム）</translation>
    </message>
    <message>
        <source>{frames} frames, no colours yet</source>
        <translation>{frames} フレーム、まだ色がありません</translation>
    </message>
    <message>
        <source>settled by you</source>
        <translation>確定済み</translation>
    </message>
    <message>
        <source>not painted</source>
        <translation>未彩色</translation>
    </message>
    <message>
        <source>{color}, {said}, {area:,} px</source>
        <translation>{color}、{said}、{area:,} px</translation>
    </message>
</context>
<context>
    <name>_Frames</name>
    <message>
        <source>{}: not predicted yet</source>
        <translation>{}：未予測</translation>
    </message>
    <message>
        <source>{name}: {count} without colour</source>
        <translation>{name}: 色のない領域 {count}</translation>
    </message>
    <message>
        <source>{name}: {doubtful} of {total} doubtful</source>
        <translation>{name}：{total} 領域中 {doubtful} 領域が要確認</translation>
    </message>
</context>
<context>
    <name>_Queue</name>
    <message>
        <source>{name}: {band}, {area:,} pixels; the same is doubted in {frames} frames</source>
        <translation>{name}：{band}、{area:,} px（同じ領域が {frames} フレームで要確認）</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message>
        <source>Candidate {place}: {color}, {chance}, {source}</source>
        <translation>候補 {place}：{color}、{chance}、{source}</translation>
    </message>
    <message>
        <source>Give the segment this colour</source>
        <translation>この色で塗ります</translation>
    </message>
</context>
</TS>
