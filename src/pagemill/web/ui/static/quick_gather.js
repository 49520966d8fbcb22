// Files out of what people drop, paste or choose. Folders are looked through; what no engine reads
// is left out of them, but of single files the server judges.

// Of a drop: `onFound(count)` while folders are looked through. Returns { files, left }: files with
// the folder they lie in, and the names of what was left out.
export async function fromDrop(transfer, isRead, onFound) {
  // Both lists are empty once the event is over: take all before the first await.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const loose = [...transfer.files];
  const found = { files: [], left: [] };
  if (!entries.length) found.files = loose.map((file) => ({ file, folder: "" }));
  for (const entry of entries) {
    if (entry.isDirectory) await lookThrough(entry, isRead, found, onFound);
    else await take(entry, "", found);
  }
  return found;
}

// Of an input; `isFolder`: with the paths of a folder that was chosen.
export function fromInput(input, isRead, isFolder) {
  const found = { files: [], left: [] };
  for (const file of input.files) {
    const folder = file.webkitRelativePath.split("/").slice(0, -1).join("/");
    if (!isFolder || isRead(file.name)) found.files.push({ file, folder });
    else found.left.push(file.name);
  }
  input.value = "";
  return found;
}

// Pictures on the clipboard all have the same name, or none.
export function fromPaste(transfer) {
  const files = [...(transfer?.files ?? [])].map((file) => {
    const isNamed = file.name && !/^image\.\w+$/.test(file.name);
    if (isNamed) return { file, folder: "" };
    const moment = new Date().toLocaleString("sv").replaceAll(":", ".");
    const name = `Pasted ${moment}.${file.type.split("/")[1]?.split("+")[0] || "png"}`;
    return { file: new File([file], name, { type: file.type }), folder: "" };
  });
  return { files, left: [] };
}

async function lookThrough(folder, isRead, found, onFound) {
  const reader = folder.createReader();
  const path = folder.fullPath.replace(/^\//, "");
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const entries = await new Promise((give, fail) => reader.readEntries(give, fail));
    if (!entries.length) return;
    for (const entry of entries) {
      if (entry.isDirectory) await lookThrough(entry, isRead, found, onFound);
      else if (isRead(entry.name)) await take(entry, path, found);
      else found.left.push(entry.name);
    }
    onFound(found.files.length);
  }
}

// A file that may not be read counts as left out.
async function take(entry, folder, found) {
  const file = await new Promise((give) => entry.file(give, () => give(null)));
  if (file) found.files.push({ file, folder });
  else found.left.push(entry.name);
}
