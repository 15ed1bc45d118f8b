/*
 * The format of a DDP package, as ice_ddp.h of the driver has it. Numbers are little-endian.
 *
 *     file header   version, number of segments, and where each begins
 *       segment     type, version, size, name; tables of devices and of NVM versions; buffers
 *         buffer    4096 bytes, in the form that the driver hands to the device
 *           section type, offset in the buffer, size
 */

/** struct ice_pkg_hdr: version, number of segments, then an offset in the file for each. */
export const fileHeader = { version: 0, segmentCount: 4, segmentOffsets: 8 } as const;

/** struct ice_generic_seg_hdr. */
export const segmentHeader = { type: 0, version: 4, size: 8, name: 12, end: 44 } as const;
export const segmentNameSize = 32;

/** What ice_get_pkg_segment_id() looks for on an E810, and a segment with a signature. */
export const segmentTypes = { e810: 0x10, signature: 0x1001 } as const;

/** struct ice_sign_seg, as far as ice_is_signing_seg_type_at_idx() reads it. */
export const signatureSegment = { signedSegmentType: 44, kind: 48, end: 52 } as const;
/** SEGMENT_SIGN_TYPE_RSA2K, which ice_get_pkg_sign_type() wants on an E810. */
export const rsa2k = 1;

/** struct ice_device_id_entry, an entry of struct ice_nvm_table, struct ice_buf. */
export const entrySizes = { device: 8, nvmVersion: 4, buffer: 4096 } as const;

/** struct ice_buf_hdr, then a struct ice_section_entry for each section. */
export const bufferHeader = { sectionCount: 0, dataEnd: 2, sections: 4 } as const;
export const sectionEntry = { type: 0, offset: 4, size: 6, end: 8 } as const;
/** What ice_pkg_val_buf() and ice_pkg_enum_section() take. */
export const limits = {
  sectionCount: { min: 1, max: 511 },
  dataEnd: { min: 12, max: 4096 },
  sectionOffset: { min: 12, max: 4095 },
  sectionSize: { min: 1, max: 4084 },
} as const;

/** ICE_SID_*. */
export const sectionTypes = { metadata: 1, flowDirectorGroups: 32, rssGroups: 42 } as const;

/** struct ice_meta_sect. */
export const metadata = { version: 0, name: 4, trackId: 32, end: 36 } as const;
export const packageNameSize = 28;

/** ICE_XLT1_CNT: the device numbers as many types of packets. */
export const packetTypeCount = 1024;
